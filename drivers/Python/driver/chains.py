#: lazy
# Does what the host wants done with an object, link by link.

def run_chain(payload):
    global busy
    start, links = decode(payload)
    busy = True
    if pending:
        deliver()
    del failed_link[:]
    return with_held(follow(start, links))


def imported(start):
    name = start[1]
    try:
        return standard('importlib').import_module(name)
    except (ImportError, TypeError):
        if not ('/' in name or name.startswith('.') or name.endswith('.py')):
            raise
        raise ImportError("%r is a path: import takes a name, such as 'numpy' or 'package.module'; load(%r) runs a file"
                          % (str(name), str(name)))


def follow(start, links):
    """What a chain comes to, from code, or from what is imported."""
    value = referred(start) if type(start) in STRINGS else imported(start)
    return follow_links(value, links, 0) if not links or not is_awaitable(value) else follow_later(value, links, 0)


def follow_links(value, links, first):
    for index in range(first, len(links)):
        try:
            value = linked(value, *links[index])
        except BaseException:
            failed_link.insert(0, index)
            raise
        if is_awaitable(value) and (index + 1 == len(links) or not goes_on(value, *links[index + 1])):
            return follow_later(value, links, index + 1)
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
    if named:
        return function(*arguments, **dict((str(key), part) for key, part in named.items()))
    return function(*arguments)


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
