# The ways to the host and the program's own: what is said goes to the host, and what is printed goes out immediately.

protocol_out = os.dup(1)  # a private duplicate: whatever user code does to fd 1 leaves the conversation alone
# Writes up to this size are never mixed with those of another process: PIPE_BUF for a pipe, one buffer for a socket of Linux.
PIECE = 32768 if sys.platform.startswith('linux') and stat.S_ISSOCK(os.fstat(1).st_mode) else 4096
bulk = None    # a second way to the host, for long messages
lent = {}      # a Loan of each function that the host has lent, by its number
released = []  # those of them that nothing here refers to any more; garbage is collected at any time
forked = False
relaying = False  # the process that forks is to stand between the host and this one
TELLS_FORKS = hasattr(os, 'register_at_fork')  # to ask for the process id each time is a system call


def open_bulk(number, inode):
    """Opens the second way, if nothing stands between."""
    global bulk
    try:
        if os.fstat(number).st_ino != inode:
            return
    except OSError:
        return
    bulk = number
    if PYTHON2:
        keep_from_children(bulk)
    else:
        os.set_inheritable(bulk, False)


def protect_stdin():
    """Puts /dev/null in the place of fd 0, so that nobody but `requests` ever reads what the host sends."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    if PYTHON2:
        keep_from_children(descriptor, protocol_out)


def wait_or_raise(error, readable, writable):
    """Waits where the other end shares a descriptor that user code, or a subprocess, has set not to block."""
    if error.errno == EAGAIN:
        select(readable, writable, [])
    elif error.errno != EINTR:  # which Python 2 does not take care of
        raise error


class LiveBuffer(io.BufferedWriter):
    """The binary layer below Python 3's stdout and stderr: it keeps nothing back, and finishes short writes."""

    def write(self, data):
        written = super(LiveBuffer, self).write(data)
        self.flush()
        return written


def live_output(descriptor, name, errors):
    if PYTHON2:
        return LiveOutput(descriptor, name)
    binary = LiveBuffer(io.FileIO(descriptor, 'wb', closefd=False))
    output = io.TextIOWrapper(binary, encoding='utf-8', errors=errors, newline='\n', write_through=True)
    output.mode = 'w'
    return output


def open_output():
    global live_stdout
    live_stdout = sys.stdout = sys.__stdout__ = live_output(1, '<stdout>', 'surrogateescape')
    sys.stderr = sys.__stderr__ = live_output(2, '<stderr>', 'backslashreplace')


def note_fork():
    """The conversation is the parent's: a child that comes back to where it is read, from the handler of a signal, meets its end."""
    global forked
    forked = True
    if not relaying:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, descriptor)
        os.dup2(null, protocol_out)
        os.close(null)


if TELLS_FORKS:
    os.register_at_fork(after_in_child=note_fork)


def say(message):
    """Sends one message to the host, after everything that was printed before it."""
    if released:
        numbers = [released.pop().number for _ in range(len(released))]
        for number in numbers:
            del lent[number]
        say('RELEASE ' + ' '.join(map(str, numbers)))
    if forked if TELLS_FORKS else is_fork():
        exit()  # a fork that has come to the end of what it was to do: the conversation is its parent's
    if getattr(sys, 'stdout', None) is not live_stdout:
        try:
            sys.stdout.flush()
        except BaseException:
            pass
    if written:
        say_blocks(message)
    if len(message) > piece_size:
        return say_long(message)
    piece = last_piece + message.encode('ascii') + b'\n'
    try:
        done = write(protocol_out, piece)
    except EnvironmentError as error:
        wait_or_raise(error, [], [protocol_out])
        done = 0
    if done < len(piece):
        write_all(protocol_out, piece[done:])
