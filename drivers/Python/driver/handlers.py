#: lazy
# Handlers that the program sets, and what runs those of them that had to wait.

class Guard(object):
    """The handler of a signal, with one of the user's inside."""
    __slots__ = ('handler',)

    def __init__(self, handler):
        self.handler = handler

    def __call__(self, number, frame):
        global reading
        if busy and not is_turn(frame):
            return self.handler(number, frame)
        if number in delivered:
            repeated[number] = self.handler, frame
            return
        pending[number] = self.handler, frame
        if reading:
            reading = False
            raise SignalInWait()


def deliver(rounds=10):
    """Runs the handlers that had to wait, in the place of user code that goes on, or begins."""
    try:
        for number in list(pending):
            handler, frame = pending.pop(number, (None, None))
            if handler:  # another one has not run it meanwhile
                delivered.add(number)
                try:
                    handler(number, frame)
                finally:
                    delivered.discard(number)
                    again = repeated.pop(number, None)
                    if again:
                        pending[number] = again
    finally:
        if pending and rounds:
            deliver(rounds - 1)


def deliver_in_wait(frame):
    """Runs them while the host is waited for. What they raise is for user code that waits, if there is some."""
    global busy, awaited, interrupted, leaving
    awaited = frame if depth > 1 else None
    try:
        busy = True
        deliver()
        busy = False
    except SystemExit as error:
        busy = False
        leaving = error
        raise
    except BaseException as error:
        busy = False
        if depth > 1:
            interrupted = error
        else:
            show_exception()
    awaited = None


def show_exception():
    try:
        sys.excepthook(*exc_info())
    except BaseException:  # one of the user's may raise
        pass


def signal_of_user(signalnum, handler):
    """Stands for signal.signal."""
    return without_guard(set_signal(signalnum, Guard(handler) if callable(handler) else handler))


def getsignal_of_user(signalnum):
    """Stands for signal.getsignal."""
    return without_guard(get_signal(signalnum))


def without_guard(handler):
    return handler.handler if type(handler) is Guard else handler


def trace_of_user(function):
    """Stands for sys.settrace."""
    note_hooks()
    set_trace(function)


def profile_of_user(function):
    """Stands for sys.setprofile."""
    note_hooks()
    set_profile(function)


def note_hooks():
    if not hooks and get_ident() == main_thread:
        hooks.extend((None, None))


def addaudithook_of_user(hook):
    """Stands for sys.addaudithook. What is lazy is loaded before there is a hook, which could forbid it in a moment in which
    nothing bears that."""
    for file in list(lazy):
        load(file)
    add_audit_hook(hook)
