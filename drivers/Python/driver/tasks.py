#: lazy
# Tasks that await functions of the host, and what the host asks for in their frames.

load('event-loop')
ASYNC_CODE = 0x80 | 0x100 | 0x200  # flags of the code of coroutines, and of what is like them
COMPREHENSIONS = '<listcomp>', '<setcomp>', '<dictcomp>', '<genexpr>'
POP_TOP = standard('opcode').opmap['POP_TOP']
unsettled = {}  # the futures of answers that tasks await, by frame
begun = {}     # the request that has been begun last in such a frame


def is_called_by_async():
    """Whether a function of the host has been called by code that can await it, and does something with the result."""
    frame = sys._getframe(1)
    while frame is not None and (frame.f_globals is world or frame.f_code.co_name in COMPREHENSIONS):
        frame = frame.f_back
    if frame is None or frame.f_code.co_flags & ASYNC_CODE == 0 or asyncio._get_running_loop() is None:
        return False
    return not drops_result(frame)


def drops_result(frame):
    """Whether a call is a statement by itself: what it gives could not be awaited."""
    code, place = frame.f_code.co_code, frame.f_lasti + 2
    while place < len(code) and code[place] == 0:  # room that a call has for itself
        place += 2
    return place < len(code) and code[place] == POP_TOP


def call_awaited(name, arguments, named, lent, encode):
    """A coroutine that calls the host, and lets the loop turn until there is the answer."""
    return awaited_call(name, arguments, named, lent, encode)


async def awaited_call(name, arguments, named, lent, encode):
    global busy
    check_is_fork(name)
    if not turning or get_ident() != main_thread:
        return await call_from_loop(name, arguments, named, lent, encode)
    busy = False  # signals have to wait
    try:
        payload = encode(called_as(name, arguments, named, lent), name=name)
        frame = str(next(calls))
        future = unsettled[frame] = event_loop.create_future()
        say('AWAIT %s %s %s' % (frame, request_of_code(), payload))
    finally:
        busy = True
    if pending:
        deliver()
    return told(frame, *await future)


def attend():
    """Carries out what has come for the frames of tasks, in each one after the other; gives tasks the answers."""
    for frame in list(unsettled):
        messages = aside.get(frame.encode('ascii'))
        while messages and (is_concurrent or begun.get(frame) not in unanswered):
            verb, request, payload = messages.popleft()
            if verb in HANDLERS:
                begun[frame] = request.decode('ascii')
                carry_out(HANDLERS[verb], begun[frame], payload)
            elif verb == b'PART':
                take_part(request.decode('ascii'), payload)
            else:
                settle(frame, verb, payload)
                break


def settle(frame, verb, payload):
    aside.pop(frame.encode('ascii'), None)
    begun.pop(frame, None)
    future = unsettled.pop(frame)
    try:
        if not future.done():  # a task that was cancelled does not await it any more
            future.set_result((verb, payload))
    except RuntimeError:
        pass  # its loop has been closed


def carry_out(handler, request, payload):
    """Carries out a request while others wait for their tasks."""
    global running, is_deferring
    outer, running = running, request
    was_deferring, is_deferring = is_deferring, True
    try:
        answer(handler, request, payload)
    finally:
        running, is_deferring = outer, was_deferring
