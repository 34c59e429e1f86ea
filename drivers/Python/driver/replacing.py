#: lazy
# Functions of the host in the place of others: what calls them, and what they have replaced.

originals = {}  # what has been replaced, by name
GENERATOR = 0x20  # a flag of the code of what yields
DELEGATING = '''
if True:
    def delegating(function):
        def stub(*arguments, **named):
            return (yield from function(*arguments, **named))
        return stub
'''
AWAITING = '''
if True:
    def awaiting(function):
        async def stub(*arguments, **named):
            result = await function(*arguments, **named)
            return await result if is_awaitable(result) else result
        return stub

    def iterating_async(function):
        async def stub(*arguments, **named):
            result = function(*arguments, **named)
            if hasattr(result, '__aiter__'):
                async for item in result:
                    yield item
            else:
                for item in result:
                    yield item
        return stub
'''


def _BOND_original(*arguments, **named):
    """Calls what has been replaced by that name."""
    name = arguments[0]
    if name not in originals:
        raise NameError('nothing has been replaced by the name %s' % name)
    return call_original(name, originals[name], arguments[1:], named)


def replacement_of(name, function, original, is_class):
    """What takes the place of a function, a method, or a property."""
    if isinstance(original, property):
        if getattr(original.fget, '_BOND_function', None) is not function:
            originals[name] = original.fget
            getter = stand_in_for(name, function, original.fget, True)
            return property(getter, original.fset, original.fdel, original.__doc__)
        return original
    if isinstance(original, (staticmethod, classmethod)):
        is_static = isinstance(original, staticmethod)
        originals[name] = original.__func__
        return type(original)(stand_in_for(name, function, original.__func__, not is_static))
    originals[name] = original
    return stand_in_for(name, function, original, is_class)


def stand_in_for(name, function, original, is_method):
    """A function that calls one of the host in the place of another one."""
    short = name.rpartition('.')[2]
    is_awaited = flags_of(original) & AWAITED

    def stub(*arguments, **named):
        given = (Kept(arguments[0]),) + arguments[1:] if is_method else arguments
        if is_awaited:
            return call_awaited(short, given, named, function, encode_holding)
        return ReplacedCall(name, arguments, named).pass_on(
            lambda: call_host(short, given, named, function, encode_holding, False))
    stub = of_the_kind_of(original, stub)
    try:
        standard('functools').update_wrapper(stub, original)
    except AttributeError:  # Python 2, of what is no function
        pass
    stub.__wrapped__, stub._BOND_function = original, function
    return stub


def of_the_kind_of(original, function):
    """The same function as a generator, a coroutine function, or both, as another one is."""
    flags = flags_of(original)
    if flags & GENERATOR and PYTHON2:
        return iterating(function)
    if flags & GENERATOR:
        if 'delegating' not in world:
            run('replacing', DELEGATING)
        return delegating(function)
    if not flags & (AWAITED | ASYNC_ITERATED):
        return function
    if 'awaiting' not in world:
        run('replacing', AWAITING)
    return (awaiting if flags & AWAITED else iterating_async)(function)


def iterating(function):
    def stub(*arguments, **named):
        for item in function(*arguments, **named):
            yield item
    return stub
