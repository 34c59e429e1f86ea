# Stops what the host no longer wants.

last_interrupt = 0   # the number of the last one that was noticed


def on_interrupt(signum, frame):
    """Somebody at a terminal, say, has interrupted this process."""
    global interrupted
    if (busy or describing) and not is_turn(frame):
        raise KeyboardInterrupt()
    if busy or depth > 1:
        interrupted = KeyboardInterrupt()  # user code will hear of it when it goes on


def on_notice(signum, frame):
    """The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one."""
    global busy, reading
    if new_pipe and not is_turn(frame):
        if reading:
            lead_input_aside()
            reading = False
            raise SignalInWait()
        if busy:
            lead_input_aside()
    if not (busy or describing) or is_turn(frame):
        return
    was_busy, busy = busy, False  # one more signal, which may come anywhere, has to wait
    try:
        is_stopped = find_notices()
    finally:
        busy = was_busy
    if is_stopped:
        raise KeyboardInterrupt()
    if unanswered and lines:
        event_loop.call_soon_threadsafe(event_loop.stop)  # what else has come is not to wait
    if busy and pending:
        deliver()


def find_notices():
    """Whether an interrupt has come for what is being carried out."""
    while select([descriptor], [], [], 0)[0]:
        chunk = read(descriptor, 65536)
        if not chunk:
            break
        feed(chunk)
    notices = [line for line in lines if line.startswith(b'INTERRUPT ')]
    for line in notices:
        lines.remove(line)
    return any([is_meant(*line.split(b' ', 3)[2:]) for line in notices])


def is_meant(request, serial):
    """Whether an interrupt is for what is being carried out, and new. Then the host is told that it has been noticed."""
    global last_interrupt
    if unanswered:
        return is_meant_for_task(request.decode('ascii'), int(serial))
    if request != running.encode('ascii') or int(serial) <= last_interrupt:
        return False
    last_interrupt = int(serial)
    say('INTERRUPTED %s' % last_interrupt)
    return True
