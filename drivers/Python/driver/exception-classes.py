# The classes of the exceptions that the driver throws.

class _BOND_SerializationException(TypeError):
    """A value cannot cross to the host, or from it."""
    bond_call = None


class _BOND_RemoteException(RuntimeError):
    """An exported function of the host failed. `data` is what it threw, or the text of it."""
    bond_call = None

    def __init__(self, message, data=None, type=None, stack=None):
        RuntimeError.__init__(self, message)
        self.data, self.type, self.stack = data, type, stack
        if stack and hasattr(self, 'add_note'):  # Python 3.11: what prints the traceback shows where it comes from
            self.add_note(stack)
