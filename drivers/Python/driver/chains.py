#: lazy
# Does what the host wants done with an object, link by link, and holds what cannot cross.

def run_chain(payload):
    global busy
    start, links = decode(payload)
    busy = True
    if pending:
        deliver()
    del failed_link[:]
    return with_held(follow(start, links))


def imported(start):
    return standard('importlib').import_module(start[1])


def follow(start, links):
    """What a chain comes to, from code, or from what is imported."""
    value = evaluate(start) if type(start) in STRINGS else imported(start)
    for index, link in enumerate(links):
        try:
            value = linked(value, *link)
        except BaseException:
            failed_link.insert(0, index)
            raise
    return value


def linked(value, kind, name=None, arguments=(), references=(), named=None):
    if kind == 'get':
        return got(value, name)
    for index, reference in enumerate(references):
        try:
            put_references([reference], arguments, named)
        except BaseException:
            failed_link.insert(0, index)
            raise
    if kind == 'item':
        return value[arguments[0] if len(arguments) == 1 else tuple(arguments)]
    function = got(value, name) if kind == 'invoke' else value
    return function(*arguments, **dict((str(key), part) for key, part in (named or {}).items()))


def got(value, name):
    """An attribute, or else an item of that name."""
    try:
        return getattr(value, name)
    except AttributeError:
        try:
            return value[name]
        except Exception:
            pass
        raise


def with_held(value):
    """A list with the value, and what is held in the place of what cannot cross: paths, numbers, and what that is in words."""
    try:
        return Encoded('[[%s]]' % encode(value))
    except _BOND_SerializationException:
        places = []
        return [[without_held(value, [0], places)], places]


def without_held(value, path, places):
    try:
        encode(value)
        return value
    except _BOND_SerializationException:
        kind = type(value)
        if kind in LISTS:
            return [without_held(item, path + [index], places) for index, item in enumerate(value)]
        if kind is dict and KEYS.issuperset(map(type, value)):
            return dict((key, without_held(item, path + [key], places)) for key, item in value.items())
        return hold_at(path, value, places)


def hold_at(path, value, places):
    places.append([path, _BOND_hold(value), described(value)])


def described(value):
    if type(value) is type(sys):
        return getattr(value, '__name__', 'module')
    if isinstance(value, type):
        return 'class ' + class_name(value)
    return class_name(type(value))
