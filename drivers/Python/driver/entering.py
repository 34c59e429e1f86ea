#: lazy
# Enters what `with` enters, and leaves it.

class Entered(object):
    """What has been entered; as `with` does, it finds out first how that is left."""

    def __init__(self, manager):
        kind = type(manager)
        try:
            enter, self.exit = kind.__enter__, kind.__exit__
        except AttributeError:
            raise TypeError("'%s' object cannot be entered: it is no context manager" % class_name(kind))
        self.manager = manager
        self.value = enter(manager)


def _BOND_enter(manager):
    return Entered(manager)


def _BOND_exit(entered, error=None):
    """Leaves it, because of an exception, or of what the host says of one of its own; whether that is dealt with."""
    if error is None:
        entered.exit(entered.manager, None, None, None)
        return False
    if not isinstance(error, BaseException):
        error = _BOND_RemoteException(error)
    return bool(entered.exit(entered.manager, type(error), error, getattr(error, '__traceback__', None)))
