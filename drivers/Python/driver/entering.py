#: lazy
# Enters what `with` enters, and leaves it.

class Entered(object):
    """What has been entered; as `with` does, it finds out first how that is left."""

    def __init__(self, manager):
        kind = type(manager)
        try:
            enter, self.exit = kind.__enter__, kind.__exit__
        except AttributeError:
            raise TypeError("'%s' object cannot be entered: it is not a context manager" % class_name(kind))
        self.manager = manager
        self.value = enter(manager)


def _BOND_enter(manager):
    if any('__aenter__' in attributes_of(base) for base in bases_of(type(manager))):
        return AsyncEntered(manager).entered()
    return Entered(manager)


def _BOND_exit(entered, error=None):
    """Leaves it, because of an exception, or of what the host says of one of its own; whether that is dealt with."""
    if error is not None and not isinstance(error, BaseException):
        error = _BOND_RemoteException(error)
    told = (None, None, None) if error is None else (type(error), error, getattr(error, '__traceback__', None))
    if type(entered) is AsyncEntered:
        return entered.left(*told)
    return bool(entered.exit(entered.manager, *told)) and error is not None
