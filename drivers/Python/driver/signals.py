# Handlers of the program's signals: they wait where the driver does something that must not be cut short.

# The handler of a signal runs between any two steps of the program, and may raise an exception there, or call the host. So
# those of user code run at once if user code is running, and have to wait where the driver does something that must not be
# cut short. `busy` tells which. It cannot be set in the same moment in which an exception is caught, or a function returns:
# the functions in TURNS, where that happens, are the driver's whatever it says.
TURNS = frozenset(['attempt', 'conclude', 'deliver_in_wait', 'message_of', 'report', 'traceback_of'])
pending = {}       # what has to wait: handler and frame, by signal, once each as in the operating system
delivered = set()  # the signals of those that run now: signals that come faster than that must not fill the stack
repeated = {}      # those of them that have come again meanwhile, as in `pending`
set_signal, get_signal = signal.signal, signal.getsignal


class SignalInWait(Exception):
    """Leads out of the wait for the host, in which nothing is half done."""


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


def is_turn(frame):
    return frame is not None and frame.f_globals is world and frame.f_code.co_name in TURNS


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


# The functions of sys.settrace and sys.setprofile run at every step, too, and rest while the driver works: `hooks` has both of
# them then. That is done in line, with functions in C, which are no steps.
hooks = []  # empty until user code has set one
set_trace, get_trace, set_profile, get_profile = sys.settrace, sys.gettrace, sys.setprofile, sys.getprofile


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


def guard_signals():
    for number in range(1, signal.NSIG):
        handler = get_signal(number)
        if callable(handler):
            set_signal(number, Guard(handler))
    for module, name, stand_in in (
        (signal, 'signal', signal_of_user),
        (signal, 'getsignal', getsignal_of_user),
        (sys, 'settrace', trace_of_user),
        (sys, 'setprofile', profile_of_user),
    ):
        stand_in.__name__ = name
        stand_in.__doc__ = getattr(module, name).__doc__
        setattr(module, name, stand_in)
