#: lazy
# Holds what cannot cross, and says in which places of a result, or of arguments, it was.

DEEPEST = 300  # what is nested deeper is held
# Keys whose values can have something held in their place.
PLACES = PLAIN if extended else frozenset(STRINGS)


def run_eval_hold(payload):
    return with_held(run_eval(payload))


def run_eval_block_hold(payload):
    return run_eval_block(payload)


def run_call_hold(payload):
    return with_held(run_call(payload))


def with_held(value):
    """A list with the value, and what is held in the place of what cannot cross: paths, numbers, and what that is in words."""
    try:
        return Encoded('[[%s]]' % encode(value, 'value'))
    except _BOND_SerializationException:
        return value if is_awaitable(value) else Encoded(encode_with_held(None, [value]))


def encode_holding(called, name=None):
    """As `encode`, for a call of a function that is given what cannot cross as handles."""
    try:
        return encode(called, name=name)
    except _BOND_SerializationException:
        return encode_with_held(called[0], called[1], called[3:])


def encode_with_held(name, values, more=()):
    places, numbers = [], {}
    try:
        plain = [without_held(value, [index], (), places, numbers) for index, value in enumerate(values)]
        return encode([plain, places] if name is None else [name, plain, places] + list(more), 'value')
    except BaseException:
        for number in numbers.values():
            held.pop(number, None)
        raise


def without_held(value, path, parents, places, numbers):
    try:
        encode(value, 'value')
        return value
    except _BOND_SerializationException:
        pass
    if len(parents) < DEEPEST and not any(value is parent for parent in parents):
        kind, parents = type(value), parents + (value,)
        if kind in LISTS:
            return [without_held(item, path + [index], parents, places, numbers) for index, item in enumerate(value)]
        if issubclass(kind, dict) and not has_own_reading(kind) and PLACES.issuperset(map(type, dict.keys(value))):
            return dict((key, without_held(item, path + [key], parents, places, numbers)) for key, item in dict.items(value))
    return hold_at(path, value, places, numbers)


class Kept(object):
    """What is held even if it could cross."""
    __slots__ = ('value',)

    def __init__(self, value):
        self.value = value


def hold_at(path, value, places, numbers):
    """What stands twice in a message is held once."""
    if type(value) is Kept:
        value = value.value
    if live_classes and is_live(value):  # it goes back to where it is from
        places.append([path, -object.__getattribute__(value, '_BOND_number'), described(value)])
        return
    if id(value) not in numbers:
        numbers[id(value)] = keep(value)
    places.append([path, numbers[id(value)], described(value)])


def described(value):
    if type(value) is type(sys):
        return getattr(value, '__name__', 'module')
    if isinstance(value, type):
        return 'class ' + class_name(value)
    return class_name(type(value))
