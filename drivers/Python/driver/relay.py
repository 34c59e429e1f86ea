#: lazy
# A process between the host and the driver, where no signal of the host reaches this one.

def stand_behind_relay(number):
    """Where no signal of the host reaches this process, one that does nothing else reads the host's lines in front of it,
    and sends the signal. When the host is gone, it ends this process, which may be too busy to look."""
    global descriptor, relaying
    inner, outer = os.pipe()
    busy_one = os.getpid()
    relaying = True
    child = os.fork()
    if child == 0:
        try:
            if os.fork() == 0:  # its parent is gone, so that no `wait` of the program finds it
                os.close(inner)
                relay(outer, busy_one, number)
        finally:
            os._exit(0)
    relaying = False
    os.waitpid(child, 0)
    os.close(outer)
    os.close(descriptor)
    descriptor = inner
    if PYTHON2:
        keep_from_children(inner)


def is_gone(process):
    try:
        os.kill(process, 0)
        return False
    except OSError as error:
        return error.errno == ESRCH  # it may be another user's by now


def sift(chunk, seam, raw):
    """Whether a line among the bytes that have come interrupts; the end of the text before what comes next, and how many bytes of a block that
    begins with: they are no lines, and to look for some takes longer than to pass them on."""
    interrupts, place = False, 0
    while place < len(chunk):
        if raw:
            skipped = min(raw, len(chunk) - place)
            raw, place = raw - skipped, place + skipped
            continue
        text = seam + chunk[place:]
        heading = text.find(b'\nBYTES ')
        end = text.find(b'\n', heading + 1) + 1 if heading >= 0 else 0
        last = end or len(text)
        interrupts = interrupts or b'\nINTERRUPT ' in text[max(0, len(seam) - 10):last]
        place += last - len(seam)
        if end:
            raw = int(text[heading:end].split(b' ')[3])
        seam = b'\n' if end else text[-SEAM:]
    return interrupts, seam, raw


SEAM = 64  # bytes that the line in front of a block may have


def relay(outer, busy_one, number):
    fcntl = unshadowed('fcntl')
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2, protocol_out):
        os.dup2(null, fd)
    set_signal(signal.SIGINT, signal.SIG_IGN)
    fcntl.fcntl(outer, fcntl.F_SETFL, fcntl.fcntl(outer, fcntl.F_GETFL) | os.O_NONBLOCK)
    waiting, seam, raw, urgent = deque(), b'\n', 0, False
    while True:
        if is_gone(busy_one):
            return
        if select([descriptor], [outer] if waiting else [], [], 0.2)[0]:
            chunk = os.read(descriptor, 65536)
            if not chunk:
                break
            waiting.append(chunk)
            interrupts, seam, raw = sift(chunk, seam, raw)
            urgent = urgent or interrupts
        if waiting and select([], [outer], [], 0)[1]:
            first = waiting.popleft()
            rest = first[os.write(outer, first):]
            if rest:
                waiting.appendleft(rest)
        if urgent:
            os.kill(busy_one, number)
            urgent = bool(waiting)  # the line may still be among it
    os.close(outer)
    for _ in range(20):
        sleep(0.05)
        if is_gone(busy_one):
            return
    os.kill(busy_one, signal.SIGKILL)
