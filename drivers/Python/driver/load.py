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

# What the files that are not lazy, and the host, use of the lazy ones. Only when the first of those is needed, they are looked
# through for the rest, which takes as long as to compile one of them.
FIRST = """
Guard LiveOutput add_parts addaudithook_of_user answer_later compile_indented converted decode_slowly deliver deliver_in_wait
encode_spelled end_loop evaluate_awaiting evaluate_awaiting_block export feed_with_blocks finish_begun forget_unawaited
getsignal_of_user has_halves is_awaitable is_exact is_fork is_meant_for_task is_whole keep_from_children lead_input_aside open_loop
profile_of_user put_references read_all_words read_block report run_call_hold run_chain run_eval_block_hold run_eval_hold
say_blocks say_long say_parts show_lines signal_of_user speak_octets stand_behind_relay take_part trace_of_user write_all
_BOND_apply _BOND_callback _BOND_catch _BOND_convert _BOND_dates _BOND_enter _BOND_exit _BOND_extend _BOND_frames _BOND_get
_BOND_held _BOND_hold _BOND_hold_result _BOND_invoke _BOND_iterate _BOND_leave _BOND_live _BOND_load _BOND_next
_BOND_original _BOND_raise _BOND_set _BOND_stream _BOND_super
"""
lazy = {}      # the text of each file that has not been needed yet, by name
file_of = {}   # in which of them each function and class is, once one has been needed
loading = RLock and RLock()  # one thread after the other


def run(name, text):
    exec(compile(text, '<bond driver: %s>' % name, 'exec'), world)


def load(file, name=None):
    """Runs a lazy file, or that of a function; the signals of user code wait meanwhile, and leave no half of it behind."""
    global busy
    if get_ident() != main_thread:
        return load_alone(file, name)
    was_busy, busy = busy, False
    try:
        load_alone(file, name)
    finally:
        busy = was_busy
    if busy and pending:
        deliver()


def load_alone(file, name):
    if loading:
        loading.acquire()
    before = {}
    try:
        look_through()
        file = file or file_of[name]
        if file in lazy:
            before = dict((each, stand_in(each)) for each in file_of if file_of[each] == file)
            run(file, lazy[file])
            del lazy[file]
    finally:
        if file in lazy:
            world.update(before)
        if loading:
            loading.release()


def look_through():
    """Finds out what is in the lazy files. To look at each of their lines takes ten times as long."""
    if file_of:
        return
    found = {}
    for file, text in lazy.items():
        for heading in '\ndef ', '\nasync def ', '\nclass ':
            for part in text.split(heading)[1:]:
                found[part[:part.index('(')]] = file
    world.update((name, stand_in(name)) for name in found if name not in world)
    file_of.update(found)


def stand_in(name):
    """What a function or class of a lazy file is until it is there. User code may keep it."""
    def call_lazy(*arguments, **named):
        load(None, name)
        return world[name](*arguments, **named)
    return call_lazy


def run_files():
    """Runs the files behind this one that are not lazy."""
    for name in FIRST.split():
        world[name] = stand_in(name)
    eager = []
    for part in (source if PYTHON2 else source.decode('utf-8')).split('\n#: ')[1:]:
        end = part.index('\n')
        kind, name = part[:end].split(' ')
        if kind == 'lazy':
            lazy[name] = part[end:]  # with a line in the place of the one that says so: every line keeps its number
        else:
            eager.append((name, part[end + 1:]))
    for name, text in eager:
        run(name, text)


run_files()
