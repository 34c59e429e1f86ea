# Frames: takes messages, sets them aside, and answers.

running = '0'        # the id of the request that is being carried out
depth = 0            # how many frames are open, the outermost included
busy = False         # whether user code is running: only then may a signal stop anything
interrupted = None   # what is to be raised in user code that waits for the host: an interrupt, say, came meanwhile
closing = None       # the SystemExit at the end of the conversation
leaving = None       # the SystemExit that ends the interpreter: user code further out may catch it, and ends all the same
is_cut_off = False   # whether that came while the host had not answered
failed_link = []     # where a chain has failed: the index of a link, and if it was an argument, of that, and where in it
describing = False   # whether code of an exception runs, which an interrupt may stop
calls = count(1)     # numbers of frames
held = {}            # what the host holds here, by number
live_classes = {}    # of objects of the host, by the name of the class and what they can do
unawaited = []       # coroutines that should have crossed
aside = {}           # messages that belong to frames further out, by frame
awaited = None       # the frame whose answer user code waits for, while the handler of a signal runs
event_loop = None    # what awaits what can be awaited, once there is one
turning = False      # whether it runs
unanswered = {}      # tasks that make the answers to requests, by request
switched = None      # a lock that is free once one thread reads for all
is_concurrent = False  # whether requests run side by side, as far as they await something


def take(frame):
    """The next message for this frame. What belongs to another one is set aside until its turn."""
    while True:
        if aside and aside.get(frame):
            return aside[frame].popleft()
        line = lines.popleft() if lines else next_line(frame)
        if not line:
            if line is None:
                leave()  # end of input: the host has closed the bond, or is gone
            continue
        verb, target, request, payload = line.split(b' ', 3)
        if target == frame:
            return verb, request, payload
        set_aside(verb, target, request, payload)


def set_aside(verb, target, request, payload):
    global interrupted
    if verb == b'END':
        if event_loop and depth == 1:
            finish_begun()
        leave()
    if verb == b'RELEASE':
        held.pop(int(request), None)
    elif verb != b'INTERRUPT':
        aside.setdefault(target, deque()).append((verb, request, payload))
    elif is_meant(request, payload) and depth > 1:
        interrupted = KeyboardInterrupt()


def leave():
    """The host has closed the bond. In the middle of one of its functions, it takes no other calls."""
    global leaving, closing, is_cut_off
    is_cut_off = depth > 1
    leaving = closing = SystemExit()
    raise leaving


def serve(frame, opening=None):
    """Carries out what the host asks for in this frame, until it answers the call that opened the frame."""
    global running, depth, interrupted
    outer = running
    depth += 1
    if opening:
        say(opening)  # an interrupt that comes from here on has to wait for the answer
    frame = frame.encode('ascii')
    while True:
        verb, request, payload = take(frame)
        handler = HANDLERS.get(verb)
        if not handler:
            if verb == b'PART':
                take_part(request.decode('ascii'), payload)
                continue
            aside.pop(frame, None)
            depth -= 1
            return verb, payload
        running = request.decode('ascii')
        kept, interrupted = interrupted, None  # it belongs to the code that waits in this frame
        answer(handler, running, payload)
        running, interrupted = outer, interrupted or kept


def answer(handler, request, payload):
    message = attempt(handler, request, payload)
    if leaving:
        raise leaving
    if message is not None:  # it comes later
        say(message)
    if written:
        written.clear()  # of what has not been sent
    if unawaited:
        forget_unawaited()


def attempt(handler, request, payload):
    """Carries out a request. The handler begins with `busy = False`, and sets it when user code has its turn."""
    global busy, leaving
    value = NOTHING
    try:
        if hooks:
            set_profile(hooks[1])
            set_trace(hooks[0])
        value = handler(payload)
        busy = False
        if hooks:
            hooks[:] = get_trace(), get_profile()
            set_trace(None)
            set_profile(None)
        length = longest.get(type(value))
        if length and len(value) > length and not live_classes:  # which may be in it
            return 'RETURN %s %s' % (request, say_parts(request, value))
        return 'RETURN %s %s' % (request, '' if value is NOTHING else encode(value))
    except SystemExit as error:
        if hooks:
            hooks[:] = get_trace(), get_profile()
            set_trace(None)
            set_profile(None)
        busy = False
        leaving = error
        raise
    except BaseException:
        if hooks and value is NOTHING:
            hooks[:] = get_trace(), get_profile()
            set_trace(None)
            set_profile(None)
        if value is NOTHING or not is_awaitable(value):
            return conclude(request, handler in HOLDING.values())
    return answer_later(handler, request, value)


def conclude(request, is_held):
    global busy, describing
    busy = False
    try:
        return report(request, is_held)
    except BaseException:
        describing = False
        return 'EXCEPT %s {"message":"an exception that cannot be described"}' % request
