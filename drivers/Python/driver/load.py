# Runs the other files of the driver: those that are lazy when a function of theirs is first called. STAGE1 has run this one,
# in a namespace of its own, with `requests`, a reader on a duplicate of stdin, and `source`, the text of all files.

# Modules with an underscore are what `collections`, `signal` and `json` are built upon: those take as long to import as all
# of Python takes to start.
import io
import os
import stat
import sys
from sys import exc_info, exit, getrecursionlimit, setrecursionlimit
from errno import EAGAIN, EINTR, ESRCH
from _collections import deque
from _weakref import ref
from itertools import chain, count, starmap
from os import close as close_descriptor, getpid, pipe as open_pipe, read, write
from time import sleep, time as now

try:
    import _signal as signal
    from os import set_blocking
    from _thread import RLock, allocate_lock, get_ident, start_new_thread
except ImportError:
    import signal
    from thread import get_ident
    RLock = None

PYTHON2 = sys.version_info[0] == 2
PYPY = hasattr(sys, 'pypy_version_info')
text_type = type(u'')
HAS_THREADS = RLock is not None and hasattr(signal, 'pthread_kill') and hasattr(signal, 'SIGURG')  # that can call the host
world = globals()
modules = sys.modules
main_module = sys.modules['__main__']  # kept, since Python 2 clears the variables of a module that is dropped
main = main_module.__dict__
builtins = sys.modules['__builtin__' if PYTHON2 else 'builtins']
if PYTHON2 or PYPY:  # a `__builtins__` of the driver's own does not help there
    world.update((name, value) for name, value in vars(builtins).items() if name == '__import__' or name[:2] != '__')
LIBRARY = os.__file__.rpartition(os.sep)[0]
PATH = list(sys.path)
descriptor = requests.fileno()
process = getpid()
main_thread = get_ident()

def unshadowed(name):
    """Python's own module, behind which a file of yours that is called the same is still found by your code."""
    had, path = name in sys.modules, sys.path
    sys.path = sorted(path, key=lambda entry: not str(entry).startswith(LIBRARY))
    try:
        return __import__(name)
    finally:
        sys.path = path
        if not had:
            sys.modules.pop(name, None)


select = unshadowed('select').select

lazy = {}       # the text of each file that has not been needed yet, by name
loading = RLock and RLock()  # one thread after the other
stand_ins = {}  # what stands for the functions and classes of such a file


def run(name, text):
    exec(compile(text, '<bond driver: %s>' % name, 'exec'), world)


def load(name):
    """Runs a lazy file; the signals of user code wait meanwhile, and leave no half of it behind."""
    global busy
    if get_ident() != main_thread:
        return load_alone(name)
    was_busy, busy = busy, False
    try:
        load_alone(name)
    finally:
        busy = was_busy
    if busy and pending:
        deliver()


def load_alone(name):
    if loading:
        loading.acquire()
    try:
        if name in lazy:
            run(name, lazy[name])
            del lazy[name]
    finally:
        if name in lazy:
            world.update(stand_ins[name])
        if loading:
            loading.release()


def stand_in(file, name):
    """What a function or class of a lazy file is until it is there. User code may keep it."""
    def call_lazy(*arguments, **named):
        load(file)
        return world[name](*arguments, **named)
    return call_lazy


def names_in(text):
    """The functions and classes of a file. To look at each of its lines takes ten times as long."""
    for heading in (b'\ndef ', b'\nasync def ', b'\nclass '):
        for part in text.split(heading)[1:]:
            yield str(part[:part.index(b':')].partition(b'(')[0].decode('ascii'))


def files():
    """The files behind this one: kind, name and text."""
    for part in source.split(b'\n#: ')[1:]:
        heading, _, text = part.partition(b'\n')
        kind, name = str(heading.decode('ascii')).split(' ')
        yield kind, name, text


def put_off(name, text):
    lazy[name] = text = b'\n' + text  # in the place of the line that says so: every line keeps its number
    stand_ins[name] = dict((function, stand_in(name, function)) for function in names_in(text))
    world.update(stand_ins[name])


def run_files():
    given = list(files())
    for kind, name, text in given:
        if kind == 'lazy':
            put_off(name, text)
    for kind, name, text in given:
        if kind == 'eager':
            run(name, text)


def load_before_hooks():
    """What is lazy is loaded before there is an audit hook, which could forbid it in a moment in which nothing bears that."""
    add = sys.addaudithook

    def addaudithook(hook):
        for name in list(lazy):
            load(name)
        add(hook)

    sys.addaudithook = addaudithook


run_files()
if hasattr(sys, 'addaudithook'):
    load_before_hooks()
