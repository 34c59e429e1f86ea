#: lazy
# Functions of the host: makes them, and calls the host.

# From host_function to call; PyPy's limit is one of memory, and means something else.
FRAMES_OF_A_LEVEL = 0 if PYPY else 7
# Whether a limit that is reached already is refused, and no signal is noticed before `finally` has put the old one back.
TELLS_ROOM = sys.version_info >= (3, 10) and not PYPY
ROOM = 60


def need_room():
    """Raises RecursionError now, while the conversation is in step, rather than in the middle of an exchange."""
    if not TELLS_ROOM:
        return go_down(ROOM)
    limit = getrecursionlimit()
    try:
        setrecursionlimit(limit - ROOM)
    except (RecursionError, ValueError):
        go_down(ROOM)
    finally:
        setrecursionlimit(limit)


def go_down(levels):
    if levels:
        go_down(levels - 1)


def lower_recursion_limit():
    try:
        setrecursionlimit(getrecursionlimit() - FRAMES_OF_A_LEVEL)
    except RuntimeError:
        pass  # user code has lowered it itself, and is too deep for less


def check_is_fork(name):
    if forked if TELLS_FORKS else is_fork():
        raise RuntimeError('%s is a function of the host: a forked process cannot call it' % name)


def call_host(name, arguments, named=None, lent=None, encode=encode, may_await=True):
    """Calls the host, and waits for the answer; a coroutine that does so, if code that can await it calls."""
    global busy, interrupted, running, turning
    if may_await and 'asyncio' in modules and is_called_by_async():
        return call_awaited(name, arguments, named, lent, encode)
    if get_ident() != main_thread:
        if not HAS_THREADS:
            raise RuntimeError('%s is a function of the host: here, only the main thread can call it' % name)
        return call_from_thread(name, arguments, named, lent, encode)
    if not busy:
        raise RuntimeError('%s is a function of the host: it cannot be called in the middle of an exchange with it' % name)
    check_is_fork(name)
    need_room()
    if awaited:
        hear_answer()
    if hooks:
        hooks[:] = get_trace(), get_profile()
        set_trace(None)
        set_profile(None)
    busy = False  # signals have to wait, for the answer as well
    try:
        payload = encode(called_as(name, arguments, named, lent), name=name)
    except BaseException:
        busy = True
        if hooks:
            set_profile(hooks[1])
            set_trace(hooks[0])
        raise
    was_turning = turning
    try:
        if turning:
            running, turning = request_of_code(), False
        frame = str(next(calls))
        # What lies between two levels of user code does not count against Python's limit of recursion.
        setrecursionlimit(getrecursionlimit() + FRAMES_OF_A_LEVEL)
        verb, payload = serve(frame, 'CALL %s %s %s' % (frame, running, payload))
    finally:
        lower_recursion_limit()
        busy, turning = not leaving, was_turning
        if hooks:
            set_profile(hooks[1])
            set_trace(hooks[0])
        if was_turning:
            event_loop.stop()  # for what has come meanwhile
    if pending:
        deliver()
    if interrupted:
        error, interrupted = interrupted, None
        raise error
    return told(frame, verb, payload)


def called_as(name, arguments, named, lent):
    """The payload of a call, as a value."""
    called = name if lent is None else lent.number
    return [called, arguments + (named,), None, True] if named else [called, arguments]


def told(frame, verb, payload):
    """What the host has answered: its function's result, or an exception."""
    content = decode(payload)
    if verb == b'RETURN':
        return content
    if verb == b'RETURN_WITH':
        result, references = content
        put_references(references, result)
        return result[0]
    message = content['message'].encode('utf-8') if PYTHON2 and not speaks_octets else content['message']
    if verb == b'ERROR':
        error = _BOND_SerializationException(message)
    else:
        error = _BOND_RemoteException(message, content.get('data', content['message']), content.get('type'), content.get('stack'))
    error.bond_call = int(frame)
    raise error


def hear_answer():
    """The handler of a signal calls the host while user code waits for it: the host takes one call after the other."""
    global awaited, busy
    busy = False
    try:
        frame, awaited = awaited, None
        if frame:  # another signal has not led here meanwhile
            verb, payload = serve(frame.decode('ascii'))
            aside[frame] = deque([(verb, b'0', payload)])
    finally:
        busy = not leaving


def stub(name, is_holding):
    def host_function(*arguments, **named):
        return call_host(name, arguments, named)
    if is_holding:
        def host_function(*arguments, **named):
            return call_host(name, arguments, named, None, encode_holding)
    host_function.__name__ = str(name.rpartition('.')[2])
    host_function.__qualname__ = host_function.__name__
    host_function.__module__ = '__main__'
    return host_function


def export(name, is_holding=False):
    steps = name.split('.')
    if not all(is_name(step) and step not in standard('keyword').kwlist for step in steps):
        raise NameError('%r is not a valid name for a function' % str(name))
    if len(steps) == 1:
        main[str(name)] = stub(name, is_holding)
    else:
        setattr(find_place(steps[:-1]), steps[-1], stub(name, is_holding))


def find_place(steps):
    """The module, class or object that a dotted name leads to; modules are imported on the way."""
    importlib = standard('importlib')
    place = main[steps[0]] if steps[0] in main else importlib.import_module(steps[0])
    for count, step in enumerate(steps[1:], 2):
        if not hasattr(place, step):
            importlib.import_module('.'.join(steps[:count]))
        place = getattr(place, step)
    return place
