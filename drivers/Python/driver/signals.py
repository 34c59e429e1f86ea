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


def is_turn(frame):
    return frame is not None and frame.f_globals is world and frame.f_code.co_name in TURNS


# The functions of sys.settrace and sys.setprofile run at every step, too, and rest while the driver works: `hooks` has both of
# them then. That is done in line, with functions in C, which are no steps.
hooks = []  # empty until user code has set one
set_trace, get_trace, set_profile, get_profile = sys.settrace, sys.gettrace, sys.setprofile, sys.getprofile


add_audit_hook = getattr(sys, 'addaudithook', None)


def guard_signals():
    set_signal(signal.SIGINT, on_interrupt)
    for number in range(1, signal.NSIG):
        handler = get_signal(number)
        if callable(handler) and handler is not on_interrupt:
            set_signal(number, Guard(handler))
    for module, name, stand_in in (
        (signal, 'signal', signal_of_user),
        (signal, 'getsignal', getsignal_of_user),
        (sys, 'settrace', trace_of_user),
        (sys, 'setprofile', profile_of_user),
        (sys, 'addaudithook', addaudithook_of_user),
    ):
        original = getattr(module, name, None)
        if original:
            stand_in.__name__, stand_in.__doc__ = name, original.__doc__
            setattr(module, name, stand_in)
