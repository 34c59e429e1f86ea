#: lazy
# Threads that call the host and wait for the answer, whatever the main thread does meanwhile.

MOST_READ = 65536
LONGEST_HEAD = 64  # of a line, up to the request
send_signal, notice = signal.pthread_kill, signal.SIGURG
mail = {}         # where the lines for a thread go that waits, by frame
host_is_gone = False
first_call, say_lock = allocate_lock(), RLock()
try:
    request_in_thread = standard('contextvars').ContextVar('_BOND_request_in_thread', default='0')
except ImportError:  # Python 3.6
    class request_in_thread(object):
        get = staticmethod(lambda: '0')
        set = staticmethod(lambda request: None)
say_alone = say
try:
    from _queue import SimpleQueue as Mail
except ImportError:  # Python 3.6, and PyPy
    Mail = standard('queue').Queue


def call_from_thread(name, arguments, named, lent, encode):
    """Calls the host from another thread than the main one; calls nested in this one run in that thread."""
    check_is_fork(name)
    switch_input()
    box = Mail()
    frame = send_call(encode(called_as(name, arguments, named, lent), name=name), box)
    while True:
        verb, _, request, payload = (box.get() or GONE).split(b' ', 3)
        if verb == b'PART':
            take_part(request.decode('ascii'), payload)
        elif verb in HANDLERS:
            say(attempt_in_thread(verb, request.decode('ascii'), payload))
        else:
            mail.pop(frame.encode('ascii'), None)
            return told(frame, verb, payload)


GONE = b'EXCEPT - 0 {"message":"the host is gone"}'


def send_call(payload, box):
    frame = str(next(calls))
    mail[frame.encode('ascii')] = box
    if host_is_gone:
        box.put(None)
    say('THREAD %s %s %s' % (frame, request_in_thread.get(), payload))
    return frame


class LoopMail(object):
    """Where the lines go for a call that a coroutine awaits, in a loop of the program's own."""

    def __init__(self, loop):
        self.loop, self.answer = loop, loop.create_future()

    def put(self, line):
        try:
            self.loop.call_soon_threadsafe(self.take, *(line or GONE).split(b' ', 3))
        except RuntimeError:
            pass  # the loop is closed

    def take(self, verb, frame, request, payload):
        request = request.decode('ascii')
        if verb == b'PART':
            take_part(request, payload)
        elif verb in HANDLERS:
            self.loop.create_task(self.carry_out(verb, request, payload))
        else:
            mail.pop(frame, None)
            if not self.answer.done():
                self.answer.set_result((verb, payload))

    async def carry_out(self, verb, request, payload):
        request_in_thread.set(request)
        try:
            value = evaluated_in_thread(verb, request, payload)
            if is_awaitable(value):
                value = await value
            say(answer_in_thread(verb, request, value))
        except BaseException:
            say(report(request, verb in HOLDING))


async def call_from_loop(name, arguments, named, lent, encode):
    switch_input()
    box = LoopMail(standard('asyncio').get_event_loop())
    frame = send_call(encode(called_as(name, arguments, named, lent), name=name), box)
    return told(frame, *await box.answer)


# What stands in HANDLERS is for the main thread: it says that user code has its turn.
IN_THREAD = {
    b'EVAL': lambda code: evaluated(code),
    b'EVAL_BLOCK': lambda code: block_evaluated(code),
    b'CALL': lambda given: call(*given),
    b'CHAIN': lambda given: follow(*given),
    b'EXPORT': lambda name: export(*name if isinstance(name, list) else [name]),
}


def attempt_in_thread(verb, request, payload):
    outer = request_in_thread.get()
    request_in_thread.set(request)
    try:
        value = evaluated_in_thread(verb, request, payload)
        return answer_in_thread(verb, request, run_apart(value) if is_awaitable(value) else value)
    except BaseException:
        return report(request, verb in HOLDING)
    finally:
        request_in_thread.set(outer)


def evaluated_in_thread(verb, request, payload):
    given = decode(payload)
    if request in parts:
        add_parts(given[1], request)
    return IN_THREAD[verb.partition(b'_HOLD')[0]](given)


def answer_in_thread(verb, request, value):
    if verb.startswith((b'EVAL_BLOCK', b'EXPORT')):
        return 'RETURN %s ' % request
    return 'RETURN %s %s' % (request, encode(with_held(value) if verb in HOLDING else as_result(value)))


def switch_input():
    """Has the main thread read from a pipe, which a thread fills: one that reads what the host writes, for all. The main thread does
    that itself, as soon as it is not in the middle of a line."""
    global switched, new_pipe
    if switched is not None and not switched.locked():
        return
    with first_call:
        if switched is not None:
            return
        lock = allocate_lock()
        lock.acquire()
        new_pipe, switched = open_pipe(), lock
        while not switched.acquire(True, 0.005):
            send_signal(main_thread, notice)
        switched.release()


def lead_input_aside():
    """Done by the main thread, in the handler of a signal."""
    global descriptor, short_read, long_read, new_pipe, say
    source, (descriptor, outer), new_pipe = descriptor, new_pipe, None
    short_read, long_read = ((descriptor, MOST_READ),), ((descriptor, 262144),)
    set_blocking(outer, False)
    say = say_in_turn
    start_new_thread(distribute, (source, outer, Sorter(bool(partial), 0 if block is None else len(block))))
    switched.release()
    if turning:
        event_loop.call_soon_threadsafe(event_loop.stop)  # it looks at another descriptor


def say_in_turn(message):
    with say_lock:
        say_alone(message)


def distribute(source, outer, sorter):
    """Gives each thread its lines, and all others to the main thread."""
    global host_is_gone
    waiting = sorter.for_main
    while True:
        readable, _, _ = select([source], [outer] if waiting else [], [])
        if readable:
            chunk = read(source, MOST_READ)
            if not chunk:
                break
            sorter.take(chunk)
        while waiting and select([], [outer], [], 0)[1]:
            text = first_of(waiting)
            count = write(outer, text)
            if count < len(text):
                waiting.appendleft(text[count:])
    set_blocking(outer, True)
    write_all(outer, b''.join(waiting))
    close_descriptor(outer)
    host_is_gone = True
    for box in list(mail.values()):
        box.put(None)


def first_of(pieces):
    """As many of the first pieces as are written together."""
    taken, size = [], 0
    while pieces and size < MOST_READ:
        taken.append(pieces.popleft())
        size += len(taken[-1])
    return b''.join(taken)


class Sorter(object):
    """Cuts what the host writes into lines and blocks, and sorts them. The rest of a line or a block that the main thread has
    begun to read is for that."""

    def __init__(self, is_inside, raw):
        self.is_inside, self.raw = is_inside, raw  # a line of the main thread; how many bytes of a block
        self.for_main, self.rest, self.block = deque(), [], None

    def take(self, chunk):
        if self.rest:
            self.rest.append(chunk)
            if len(self.rest[0]) > LONGEST_HEAD and b'\n' not in chunk:
                return
            chunk = b''.join(self.rest)
        self.rest, start = [], 0
        while start < len(chunk):
            if self.raw:
                end = min(len(chunk), start + self.raw)
                self.raw -= end - start
                self.for_main.append(chunk[start:end])
            elif self.block is not None:
                end = min(len(chunk), start + len(self.block))
                self.block[:end - start] = chunk[start:end]
                self.block = self.block[end - start:] if end - start < len(self.block) else None
            else:
                end = self.take_line(chunk, start)
                if end is None:
                    self.rest = [chunk[start:]]
                    return
            start = end

    def take_line(self, chunk, start):
        """The end of a line, or of what there is of one of the main thread; None if it cannot be told yet whose it is."""
        end = chunk.find(b'\n', start) + 1
        words = chunk[start:start + LONGEST_HEAD].split(b' ', 2)
        if not self.is_inside and (len(words) < 3 or words[0] == b'BYTES' or words[1] in mail):
            if not end:
                return None
            if words[0] == b'BYTES':
                self.block = new_block(*chunk[start:end - 1].split(b' ')[2:])
            elif words[1] in mail:
                mail[words[1]].put(chunk[start:end - 1])
            else:
                self.for_main.append(chunk[start:end])
            return end
        self.is_inside = not end
        self.for_main.append(chunk[start:end or len(chunk)])
        return end or len(chunk)
