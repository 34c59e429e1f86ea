#: lazy
# What Python 2 needs for its streams.

def keep_from_children(*private):
    fcntl = unshadowed('fcntl')
    for descriptor in private:
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)


class LiveOutput(object):
    """Python 2's stdout and stderr: text and bytes go straight to the descriptor."""

    encoding = 'utf-8'
    errors = 'strict'
    newlines = None
    closed = False
    softspace = 0

    def __init__(self, descriptor, name):
        self.descriptor, self.name, self.mode = descriptor, name, 'w'

    def write(self, text):
        write_all(self.descriptor, text.encode('utf-8') if isinstance(text, text_type) else bytes(text))

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def fileno(self):
        return self.descriptor

    def isatty(self):
        return os.isatty(self.descriptor)

    def flush(self):
        pass


def is_fork():
    return forked if TELLS_FORKS else getpid() != process
