# Reads the lines of the host.

lines = deque()     # those that have been read and not yet taken
partial = []        # pieces of a line whose end has not been read
portions = deque()  # what has been read and not yet cut into lines
new_pipe = None     # what the main thread is to read instead, once another thread calls the host
reading = False     # waiting for the host, with nothing half done
block = None        # what is still to be filled of a block of bytes that is being read
blocks = {}         # those that have been read, by number, until the message that names them is
short_read = long_read = ()  # what `read` is called with; large portions are faster in a long line only


def next_line(frame):
    """The next line of the host, or None at the end; an empty one after the handler of a signal, which may have called the
    host and met what is waited for. A reader of Python's own would not bear that."""
    global reading
    while not lines:
        if event_loop is None and frame == b'0' and 'asyncio' in modules and loop_of_program():
            open_loop()
            return b''
        if pending:
            deliver_in_wait(frame)
            return b''
        if block is not None:
            if not read_block():
                return None
            continue
        try:
            reading = True
            if not pending:
                # What is read lands in `portions` before the handler of any signal can run.
                try:
                    portions.extend(starmap(read, long_read if partial else short_read))
                except EnvironmentError as error:
                    wait_or_raise(error, [descriptor], [])
            reading = False
        except SignalInWait:
            pass
        while portions:
            portion = portions.popleft()
            if not portion:
                return None
            feed(portion)
    return lines.popleft()


def loop_of_program():
    """The event loop that asyncio keeps for the program, which may have put something there that is to run."""
    try:
        loop = modules['asyncio.events']._event_loop_policy._local._loop
        return None if loop is None or loop.is_closed() else loop
    except (AttributeError, KeyError):
        return None


def feed(portion):
    if block is not None or b'BYTES ' in portion or partial and b'BYTES '.startswith(partial[0][:6]):
        return feed_with_blocks(portion)
    pieces = portion.split(b'\n')
    if partial and len(pieces) > 1:
        partial.append(pieces[0])
        pieces[0] = b''.join(partial)
        del partial[:]
    rest = pieces.pop()
    if rest:
        partial.append(rest)
    lines.extend(pieces)
