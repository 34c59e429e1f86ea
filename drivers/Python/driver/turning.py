#: lazy
# Waits for the host while the event loop turns.

watched = None         # the descriptor that the loop looks at
input_is_over = False
next_line_still = next_line


def turn():
    """Lets the loop run until the host has said something, or a task has ended."""
    global busy, turning
    loop, count = open_loop(), len(lines)
    watch(descriptor)
    if input_is_over:
        leave()
    if pending:
        deliver_in_wait(b'0')
    if len(lines) > count or finished or is_quiet(loop) and wait_for_input(loop):
        return
    busy = turning = True
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        pass  # it is the outcome of the task that it has met
    except Exception:
        show_exception()  # of the handler of a signal
    finally:
        busy = turning = False


def is_quiet(loop):
    """Whether nothing is due in a loop, as far as it shows that: to let it run takes as long as a call."""
    try:
        return not loop._ready and not loop._scheduled and len(loop._selector.get_map()) == 2
    except AttributeError:
        return False


def wait_for_input(loop):
    """Waits for the host. Returns whether there is something of it; if not, the loop has something to do."""
    global reading
    try:
        reading = True
        if not pending:
            select([descriptor, loop._ssock], [], [])
    except SignalInWait:
        pass
    reading = False
    count = len(lines)
    take_in()
    return len(lines) > count or input_is_over or bool(pending)


def watch(number):
    global watched
    if watched == number:
        return
    if watched is not None:
        event_loop.remove_reader(watched)
    watched = number
    if number is not None:
        event_loop.add_reader(number, take_in)


def take_in():
    """The host has written something."""
    global busy, input_is_over
    was_busy, busy = busy, False  # from here on, the handler of a signal reads nothing
    try:
        if select([descriptor], [], [], 0)[0]:
            chunk = read(descriptor, 65536 if block is None else 262144)
            if chunk:
                feed(chunk)
            else:
                input_is_over = True
                watch(None)
    except EnvironmentError as error:
        if error.errno not in (EAGAIN, EINTR):
            raise
    busy = was_busy
    if turning and (lines or pending or input_is_over):
        event_loop.stop()


def next_line_turning(frame):
    """As `next_line`; at the outermost level, the loop turns until there is one."""
    if frame != b'0':
        return next_line_still(frame)
    while not aside.get(frame):
        answer_finished()
        attend()
        if not lines:
            turn()
        else:
            return lines.popleft()
    return b''


def sort_lines():
    """Sets aside what has come, each line for its frame."""
    while lines and not lines[0].startswith(b'END '):
        set_aside(*lines.popleft().split(b' ', 3))
