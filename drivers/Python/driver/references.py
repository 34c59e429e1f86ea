#: lazy
# What the host has lent, and what it holds here.

def put_references(references, values, named=None):
    """Puts what expressions refer to in their places."""
    if '_BOND_held' not in main:
        put_names()
    for path, code in references:
        place = values
        if path[0] == 'kwargs':
            place, path = named, path[1:]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = referred(code)


def referred(code):
    """What code comes to, or a chain."""
    if type(code) not in STRINGS:
        return follow(*code)
    name, _, number = code[:-1].partition('(')  # to compile it takes a quarter of a nested call
    if number.isdigit() and code[-1] == ')' and name in DIRECT:
        return DIRECT[name](int(number))
    return evaluate(code)


def _BOND_held(number):
    return held[number]


class _BOND_callback(object):
    """A function that the host has lent, by its number."""

    def __new__(cls, number, is_holding=0):
        return object.__new__(HoldingCallback if is_holding else cls)

    def __init__(self, number, is_holding=0):
        self.number = number
        lent[number] = Loan(self, released.append)
        lent[number].number = number

    def __call__(*arguments, **named):  # there may be an argument of the name `self`
        return arguments[0].call(arguments[1:], True, named)

    def call(self, arguments, may_await=False, named=None):
        return call_host('callback', arguments, named, self, encode, may_await)

    def __copy__(self, memory=None):
        return self  # the host has lent it once

    __deepcopy__ = __copy__

    def __reduce__(self):
        raise TypeError('a function of the host cannot be pickled')


DIRECT = {'_BOND_held': _BOND_held, '_BOND_callback': _BOND_callback}


class HoldingCallback(_BOND_callback):
    """The same; what cannot cross of its arguments is held."""

    def call(self, arguments, may_await=False, named=None):
        return call_host('callback', arguments, named, self, encode_holding, may_await)


class Loan(ref):
    """Notices that nothing refers to what the host has lent any more; a destructor could be cut short by a signal."""
    __slots__ = ('number',)


def _BOND_stream(number):
    """Iterates over what the host hands out in batches."""
    return items_of(_BOND_callback(number))  # which is released even if nobody ever begins


def items_of(take):
    size, done = 1, False
    while not done:
        items, done = take.call((size,))
        for item in items:
            yield item
        size = min(2 * size, 256)


numbers = count(1)  # of both


def next_number():
    return next(numbers)


def _BOND_hold(value):
    return kept_later(value) if is_awaitable(value) else keep(value)


def keep(value):
    number = next_number()
    held[number] = value
    return number


def _BOND_get(holder, name):
    try:
        return getattr(holder, name)
    except (AttributeError, TypeError):
        if not hasattr(holder, '__getitem__'):
            raise
    return holder[name]


def _BOND_set(holder, name, value):
    if hasattr(holder, '__setitem__'):
        holder[name] = value
    else:
        setattr(holder, name, value)


# These have no names for their own parameters, so that arguments can have any.
def _BOND_invoke(*arguments, **named):
    return getattr(arguments[0], arguments[1])(*arguments[2:], **named)


def _BOND_apply(*arguments, **named):
    return arguments[0](*arguments[1:], **named)


def _BOND_hold_result(*arguments, **named):
    own = {'_BOND_apply': _BOND_apply, '_BOND_invoke': _BOND_invoke}.get(arguments[0])
    return _BOND_hold((own or callable_named(arguments[0]))(*arguments[1:], **named))


def _BOND_catch(function, *arguments):
    """What a function throws, so that it can be held; None if it throws nothing."""
    try:
        function(*arguments)
    except Exception as error:
        return error
