# bond: the Python driver, for Python 2.7, 3.6 and later, and PyPy. See docs/protocol.md for the wire.
# STAGE1 runs this text, up to the first `#:`, in a namespace of its own. It hands over `requests`, a reader on a duplicate
# of stdin, and `source`, all of the text.

# Modules with an underscore are what `collections`, `signal` and `json` are built upon: those take as long to import as all
# of Python takes to start.
import io
import os
import select
import stat
import sys
from sys import exc_info, exit, getrecursionlimit, setrecursionlimit
from errno import EAGAIN, EINTR, ESRCH
from _collections import deque
from _weakref import ref
from itertools import chain, starmap
from os import getpid, read, write
from time import sleep, time as now

try:
    import _signal as signal
    from _thread import get_ident
except ImportError:
    import signal
    from thread import get_ident

PYTHON2 = sys.version_info[0] == 2
PYPY = hasattr(sys, 'pypy_version_info')
DRIVER_FILE = '<bond driver>'
text_type = type(u'')
main_module = sys.modules['__main__']  # kept, since Python 2 clears the variables of a module that is dropped
main = main_module.__dict__
builtins = sys.modules['__builtin__' if PYTHON2 else 'builtins']
if PYTHON2 or PYPY:  # a `__builtins__` of the driver's own does not help there
    globals().update((name, value) for name, value in vars(builtins).items() if name == '__import__' or name[:2] != '__')
LIBRARY = os.__file__.rpartition(os.sep)[0]
descriptor = requests.fileno()
process = getpid()
main_thread = get_ident()

# To compile this text takes longer than all else that happens at the start. So the parts that begin with `#: seldom` wait
# until a function of theirs is called for the first time; those that begin with `#: often` come at once. And one function
# is compiled after the other: all in one take twice as long, because of the memory that is needed.
PARTS = source.split(b'\n#: ')
is_complete = False
PATH = list(sys.path)


def load(kind):
    """Runs the parts of a kind. Blank lines stand for what is before each function, so that every line keeps its number."""
    line = 0
    for part in PARTS:
        for piece in (b'#' + part).replace(b'\n\n\ndef ', b'\n\n\n\0def ').split(b'\0'):
            if part.startswith(kind):
                exec(compile(b'\n' * line + piece, DRIVER_FILE, 'exec'), globals())
            line += piece.count(b'\n')
        line += 1


def load_seldom():
    global is_complete, busy
    if is_complete:
        return
    was_busy, busy = busy, False  # no signal leaves half of it behind
    try:
        load(b'seldom')
        is_complete = True
    finally:
        if not is_complete:
            globals().update(stand_ins)  # as if nothing had been: the next one that is called begins anew
        busy = was_busy
    if busy and pending:
        deliver()


def stand_in(name):
    """What a function or class of the seldom parts is until they are there. User code may keep it."""
    def call_seldom(*arguments, **named):
        load_seldom()
        return globals()[name](*arguments, **named)
    return call_seldom


def seldom_names():
    for part in PARTS:
        if part.startswith(b'seldom'):
            for line in part.split(b'\n'):
                if line.startswith((b'def ', b'class ')):
                    yield str(line.split(b' ', 1)[1].split(b'(')[0].decode('ascii'))


stand_ins = dict((name, stand_in(name)) for name in seldom_names())
globals().update(stand_ins)
load(b'often')


#: often

# ---- Streams -------------------------------------------------------------------------------------------------------

protocol_out = os.dup(1)  # a private duplicate: whatever user code does to fd 1 leaves the conversation alone
# Writes up to this size are never mixed with those of another process: PIPE_BUF for a pipe, one buffer for a socket.
PIECE = 32768 if stat.S_ISSOCK(os.fstat(1).st_mode) else 4096


bulk = None  # a second way to the host, for long messages


def open_bulk(number, inode):
    """Opens the second way, if nothing stands between."""
    global bulk
    try:
        if os.fstat(number).st_ino != inode:
            return
    except OSError:
        return
    bulk = number
    if PYTHON2:
        keep_from_children(bulk)
    else:
        os.set_inheritable(bulk, False)


def protect_stdin():
    """Puts /dev/null in the place of fd 0, so that nobody but `requests` ever reads what the host sends."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    if PYTHON2:
        keep_from_children(descriptor, protocol_out)


def write_all(descriptor, data):
    done = 0
    while done < len(data):
        try:
            done += write(descriptor, memoryview(data)[done:])
        except EnvironmentError as error:
            wait_or_raise(error, [], [descriptor])


def wait_or_raise(error, readable, writable):
    """Waits where the other end shares a descriptor that user code, or a subprocess, has set not to block."""
    if error.errno == EAGAIN:
        select.select(readable, writable, [])
    elif error.errno != EINTR:  # which Python 2 does not take care of
        raise error


class LiveBuffer(io.BufferedWriter):
    """The binary layer below Python 3's stdout and stderr: it keeps nothing back, and finishes short writes."""

    def write(self, data):
        written = super(LiveBuffer, self).write(data)
        self.flush()
        return written


def live_output(descriptor, name, errors):
    if PYTHON2:
        return LiveOutput(descriptor, name)
    binary = LiveBuffer(io.FileIO(descriptor, 'wb', closefd=False))
    output = io.TextIOWrapper(binary, encoding='utf-8', errors=errors, newline='\n', write_through=True)
    output.mode = 'w'
    return output


def open_output():
    global live_stdout
    live_stdout = sys.stdout = sys.__stdout__ = live_output(1, '<stdout>', 'surrogateescape')
    sys.stderr = sys.__stderr__ = live_output(2, '<stderr>', 'backslashreplace')


lent = {}      # a Loan of each function that the host has lent, by its number
released = []  # those of them that nothing here refers to any more; garbage is collected at any time


forked = False
TELLS_FORKS = hasattr(os, 'register_at_fork')  # to ask for the process id each time is a system call


def note_fork():
    global forked
    forked = True


if TELLS_FORKS:
    os.register_at_fork(after_in_child=note_fork)


def is_fork():
    return forked if TELLS_FORKS else getpid() != process


def say(message):
    """Sends one message to the host, after everything that was printed before it."""
    if released:
        numbers = [released.pop().number for _ in range(len(released))]
        for number in numbers:
            del lent[number]
        say('RELEASE ' + ' '.join(map(str, numbers)))
    if forked if TELLS_FORKS else is_fork():
        exit()  # a fork that has come to the end of what it was to do: the conversation is its parent's
    if getattr(sys, 'stdout', None) is not live_stdout:
        try:
            sys.stdout.flush()
        except BaseException:
            pass
    if len(message) > piece_size:
        return say_long(message)
    piece = last_piece + message.encode('ascii') + b'\n'
    try:
        done = write(protocol_out, piece)
    except EnvironmentError as error:
        wait_or_raise(error, [], [protocol_out])
        done = 0
    if done < len(piece):
        write_all(protocol_out, piece[done:])


#: seldom

def say_long(message):
    """Sends it by the second way, or in pieces."""
    if bulk:
        write_all(protocol_out, announcement + str(len(message)).encode('ascii') + b'\n')
        return write_all(bulk, message.encode('ascii'))
    for start in range(0, len(message), piece_size):
        kind = more_pieces if start + piece_size < len(message) else last_piece
        write_all(protocol_out, kind + message[start:start + piece_size].encode('ascii') + b'\n')


standards = {}  # modules of Python's own that are needed now and then


def standard(name):
    """A module of Python's own, whatever user code has put in its place, or in front of it."""
    if name not in standards:
        functions = vars(builtins)
        replaced = dict(functions)
        try:
            if not PYTHON2:
                functions.update(__builtins__)  # modules use those, too
            standards[name] = import_standard(name)
        finally:
            functions.update(replaced)
    return standards[name]


def import_standard(name):
    try:
        if is_in_place(name):
            return __import__(name)
    except Exception:  # what it imports itself may not be in place
        pass
    return import_from_behind(name)


def is_in_place(name):
    """Whether `import` finds, or has found, Python's own module of that name."""
    if name in sys.modules:
        loaded = sys.modules[name]
        file = getattr(loaded, '__file__', None) or LIBRARY
        return type(loaded) is type(sys) and type(file) is str and file.startswith(LIBRARY)
    return name in sys.builtin_module_names or LIBRARY in sys.path and not is_shadowed(name)


def is_shadowed(name):
    for entry in sys.path:
        if entry == LIBRARY:
            break
        if any(os.path.exists(os.path.join(entry, name + ending)) for ending in ('', '.py')):
            return True
    return False


def import_from_behind(name):
    """Imports it as at the start of Python, and puts everything back as user code has it."""
    path, modules = sys.path, dict(sys.modules)
    strange = [module for module in modules if '.' not in module and not is_in_place(module) and is_in_library(module)]
    try:
        sys.path = [entry for entry in PATH if is_of_python(entry)]
        for module in modules:
            if module.split('.')[0] in strange:
                del sys.modules[module]
        return __import__(name)
    finally:
        sys.path = path
        sys.modules.update((module, modules[module]) for module in modules if module.split('.')[0] in strange)
        for added in set(sys.modules) - set(modules):
            if is_shadowed(added):
                del sys.modules[added]


def is_of_python(entry):
    return entry == LIBRARY or entry.endswith('.zip') or os.path.basename(entry) == 'lib-dynload'


def is_in_library(name):
    return any(os.path.exists(os.path.join(LIBRARY, name + ending)) for ending in ('', '.py')) or name in LIKELY


# Modules of Python's own without a file of that name in the library.
LIKELY = ('array', 'binascii', 'select')


b2a_base64, a2b_base64 = standard('binascii').b2a_base64, standard('binascii').a2b_base64


def keep_from_children(*private):
    import fcntl
    for descriptor in private:
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)


def stand_behind_relay(number):
    """Where no signal of the host reaches this process, one that does nothing else reads the host's lines in front of it,
    and sends the signal. When the host is gone, it ends this process, which may be too busy to look."""
    global descriptor
    inner, outer = os.pipe()
    busy_one = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            if os.fork() == 0:  # nobody's child, so that no `wait` ever meets it
                os.close(inner)
                relay(outer, busy_one, number)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(outer)
    os.close(descriptor)
    descriptor = inner
    if PYTHON2:
        keep_from_children(inner)


def is_gone(process):
    try:
        os.kill(process, 0)
        return False
    except OSError as error:
        return error.errno == ESRCH  # it may be another user's by now


def relay(outer, busy_one, number):
    import fcntl
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2, protocol_out):
        os.dup2(null, fd)
    set_signal(signal.SIGINT, signal.SIG_IGN)
    fcntl.fcntl(outer, fcntl.F_SETFL, fcntl.fcntl(outer, fcntl.F_GETFL) | os.O_NONBLOCK)
    sought = b'\nINTERRUPT '
    waiting, seam, urgent = b'', b'\n', False
    while True:
        if is_gone(busy_one):
            return
        if select.select([descriptor], [outer] if waiting else [], [], 0.2)[0]:
            chunk = os.read(descriptor, 65536)
            if not chunk:
                break
            waiting += chunk
            urgent = urgent or sought in seam + chunk
            seam = (seam + chunk)[1 - len(sought):]
        if waiting and select.select([], [outer], [], 0)[1]:
            waiting = waiting[os.write(outer, waiting):]
        if urgent:
            os.kill(busy_one, number)
            urgent = waiting != b''  # the line may still be among it
    os.close(outer)
    for _ in range(20):
        sleep(0.05)
        if is_gone(busy_one):
            return
    os.kill(busy_one, signal.SIGKILL)


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


#: often

# ---- Values --------------------------------------------------------------------------------------------------------

class _BOND_SerializationException(TypeError):
    """A value cannot cross to the host, or from it."""
    bond_call = None


if PYTHON2:
    STRINGS = (str, unicode)
    INTEGERS = (int, long)
    PLAIN = frozenset((str, unicode, int, long, float, bool, type(None)))
else:
    STRINGS = (str,)
    INTEGERS = (int,)
    PLAIN = frozenset((str, int, float, bool, type(None)))
KEYS = frozenset(STRINGS)
LISTS = frozenset((list, tuple))


class PlainJSON(object):
    """What the reader in C wants to know: that nothing is out of the ordinary."""

    strict = True
    encoding = 'utf-8'
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def refuse_kind(value):
    raise TypeError(type(value).__name__)


def json_in_c():
    """A reader and a writer, made once, and not for each value as by `json`."""
    from _json import encode_basestring_ascii, make_encoder, make_scanner

    def writer(seen):
        return make_encoder(seen, refuse_kind, encode_basestring_ascii, None, ':', ',', False, False, False)

    scan, write = make_scanner(PlainJSON), writer(None)

    def from_json(text):
        try:
            value, end = scan(text, 0)
        except StopIteration:
            raise ValueError('there is no JSON')
        if end != len(text):
            raise ValueError('there is something behind the JSON, at character %d' % end)
        return value

    def to_json(value):
        # To look for cycles takes as long again. They end at the limit of recursion, if the stack bears as much.
        return ''.join((write if getrecursionlimit() <= SAFE_DEPTH else writer({}))(value, 0))

    return from_json, to_json


def json_of_python():
    import json
    return json.loads, json.JSONEncoder(separators=(',', ':'), allow_nan=False).encode


unawaited = []  # coroutines that should have crossed
SAFE_DEPTH = 20000
try:
    from_json, to_json = json_in_c()
except Exception:  # PyPy has its own; and nobody has promised that there is one in C
    from_json, to_json = json_of_python()
extended = False  # whether the protocol is EJSON, which has words for more than JSON

# Longer lists and texts, in items and in characters, cross in parts: one side begins with them while the other makes the rest.
longest = {}      # how many of them cross in one, by type, if the host takes parts
PART = 2 ** 15    # about how many characters a part has
FIRST_PART = 128  # how many items the first one has
parts = {}  # what has come of long arguments, by request, and what was wrong with it


def encode(value, root='result', name=None):
    """JSON text of `value`, in ASCII; what the protocol would change on the way is an error that says where it sits.

    For a call, it is the function and its arguments, and `name` the name of the function."""
    try:
        text = to_json(value)
        if type(value) in PLAIN or is_exact(value if name is None else value[1]) and not (extended and '$' in text and '"$' in text):
            if '\\ud' not in text or not has_halves(value):
                return text
    except Exception:
        pass
    return encode_spelled(value, root, name)


def is_exact(value):
    """Whether the encoder changed nothing: it makes strings of other keys, and numbers of enumerations, silently.

    Goes through the value level by level, so that the work on each element is done by built-in functions."""
    if type(value) in PLAIN or type(value) in LISTS and PLAIN.issuperset(map(type, value)):
        return True
    level = [value]
    while level:
        kinds = set(map(type, level))
        deeper = []
        for kind in kinds - PLAIN:
            alike = level if len(kinds) == 1 else [item for item in level if type(item) is kind]
            if kind is not dict and kind not in LISTS and has_own_reading(kind):
                return False
            if issubclass(kind, dict):
                if not KEYS.issuperset(map(type, chain.from_iterable(alike))):
                    return False
            elif not issubclass(kind, (list, tuple)) or hasattr(kind, '_fields'):
                if is_plain_subclass(kind):
                    continue
                return False
            if not PLAIN.issuperset(map(type, items_in(kind, alike))):  # to look first is faster than to gather them
                deeper.extend(items_in(kind, alike))
        level = deeper
    return True


def items_in(kind, containers):
    return chain.from_iterable(map(kind.values, containers) if issubclass(kind, dict) else containers)


def is_plain_subclass(kind):
    """A subclass of str, int or float that is no more than that; an Enum would lose what it is."""
    return issubclass(kind, STRINGS + INTEGERS + (float,)) and not is_a(kind, 'enum', 'Enum')


# What a class says of itself. Its own attributes may be properties, and fail, so `type` is asked.
name_of, module_of, bases_of, attributes_of = [type.__dict__[name].__get__ for name in ('__name__', '__module__', '__mro__', '__dict__')]


def is_a(kind, module, name):
    """Whether it is a class of that name, from a module or package, or derived from one; that need not be imported for this."""
    return any(name_of(base) == name and root_of(base) == module for base in bases_of(kind))


def root_of(kind):
    module = module_of(kind)
    root = module.split('.')[0] if type(module) is str else ''
    return 'builtins' if root == '__builtin__' else root


def decode(payload):
    try:
        text = payload.decode('utf-8')
        value = from_json(text)
        return read_words(value) if extended and '$' in text and '"$' in text else value  # to look for one character first is faster
    except Exception:
        return decode_slowly(payload)


#: seldom

def decode_slowly(payload):
    """Reads also what is out of the ordinary: integers of any length, and white space around."""
    try:
        text = payload.decode('utf-8')
        value = without_limit_of_digits(from_json, text.strip())
        return read_words(value) if extended and '"$' in text else value
    except Exception as error:
        raise _BOND_SerializationException('what the host sent cannot be decoded: %s' % message_of(error))


def without_limit_of_digits(function, *arguments):
    """Since 3.11, Python refuses to read or write integers of more than 4,300 digits."""
    if not hasattr(sys, 'set_int_max_str_digits'):
        return function(*arguments)
    limit = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(0)
        return function(*arguments)
    finally:
        sys.set_int_max_str_digits(limit)


def encode_spelled(value, root, name):
    """As `encode`, for what JSON has no word for, or what cannot cross."""
    try:
        if name is None:
            return without_limit_of_digits(to_json, spell(value, root, []))
        root = '%s(): args' % name
        return without_limit_of_digits(to_json, [value[0], spell(value[1], root, [])])
    except _BOND_SerializationException:
        raise
    except Exception as error:
        message = message_of(error)
        raise _BOND_SerializationException('%s: %s' % (root, 'is nested too deep' if 'recursion' in message else message))



def say_parts(request, value):
    """Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross."""
    try:
        for part in parts_of(value):
            say_part(request, part)
        return ''
    except _BOND_SerializationException:
        say_part(request, '')
        return encode(value)


def say_part(request, part):
    say('PART %s %s' % (request, part))


def parts_of(value):
    is_text = type(value) is text_type
    start, count = 0, PART if is_text else FIRST_PART
    while start < len(value):
        piece = value[start:start + count]
        text = encode(piece)
        yield text
        start += count
        if not is_text:
            count = max(1, len(piece) * PART // len(text))


def take_part(request, payload):
    if not payload:
        parts.pop(request, None)
        return
    try:
        part = decode(payload)
    except _BOND_SerializationException as error:
        part = error
    parts.setdefault(request, []).append(part)


def add_parts(arguments):
    """Puts a long argument behind the others."""
    taken = parts.pop(running, ())
    for part in taken:
        if isinstance(part, Exception):
            raise part
    if taken:
        arguments.append(list(chain.from_iterable(taken)) if isinstance(taken[0], list) else type(taken[0])().join(taken))


# Types are asked with `type` and `issubclass`, and what is in a value by the methods of `dict`, `list` and so on: whatever a
# class of the user's has in their place may fail, or say one thing first and then another.

def spell(value, path, parents):
    """What stands for `value` in JSON; what the protocol has no word for is an error that says where it sits."""
    kind = type(value)
    if kind in PLAIN or is_plain_subclass(kind):
        if issubclass(kind, STRINGS):
            return spell_text(value, path)
        if issubclass(kind, float):
            number = float.__pos__(value)
            return number if number - number == 0 else word(path, number, '$numberDouble', NOT_FINITE[repr(number)])
        return value if kind in PLAIN or PYTHON2 else int.__add__(value, 0)
    if any(value is parent for parent in parents):
        refuse(path, 'refers to itself')
    if len(parents) > 400:
        refuse(path[:200], 'is nested too deep')
    parents.append(value)
    spelled = spell_dict(value, path, parents) if issubclass(kind, dict) else spell_items(value, path, parents)
    parents.pop()
    return spelled


def spell_text(value, path):
    """A text. Bytes of Python 2 are one as long as they are UTF-8."""
    if PYTHON2:
        try:
            return value.decode('utf-8') if isinstance(value, str) else value
        except UnicodeDecodeError:
            return word(path, value, '$binary', base64_of(value))
    text = str.__getitem__(value, slice(None))
    if is_torn(text):
        refuse(path, 'two halves of a surrogate pair side by side would arrive as one character: '
                     'send its .encode("utf-16", "surrogatepass").decode("utf-16")')
    return text


def is_torn(text):
    """Whether two halves of one character stand side by side."""
    try:
        text.encode('utf-8')
        return False  # there are no halves at all
    except UnicodeEncodeError:
        return text.encode('utf-16', 'surrogatepass').decode('utf-16', 'surrogatepass') != text


def has_halves(value):
    """Whether such halves are in a value that has been written as JSON."""
    global to_raw_json
    if PYTHON2:
        return False
    if to_raw_json is None:
        to_raw_json = standard('json').JSONEncoder(ensure_ascii=False, check_circular=False).encode
    return is_torn(to_raw_json(value))


to_raw_json = None


def definer(kind, name):
    """The class from which another one has a method."""
    for base in bases_of(kind):
        if name in attributes_of(base):
            return base


def has_own_reading(kind):
    """Whether a class has methods of its own where the encoder, or `is_exact`, uses those of dict or list."""
    names = ('items', 'values', '__iter__') if issubclass(kind, dict) else ('__iter__',)
    places = [definer(kind, name) for name in names]
    return any(place and root_of(place) not in ('builtins', 'collections', '_collections') for place in places)


def pairs_of(value):
    kind = type(value)
    return list(kind.items(value) if not has_own_reading(kind) else dict.items(value))


def spell_dict(value, path, parents):
    pairs = pairs_of(value)
    if all(type(key) in KEYS or issubclass(type(key), STRINGS) and is_plain_subclass(type(key)) for key, _ in pairs):
        spelled = dict((escaped(key if PYTHON2 else spell_text(key, path)), spell(item, below(path, key), parents)) for key, item in pairs)
        if len(spelled) != len(pairs):
            refuse(path, 'two of its keys are the same text')
        return spelled
    if not extended:
        odd = [key for key, _ in pairs if type(key) not in KEYS]
        refuse(path, 'the key %s is not a string' % shown(odd[0]))
    entries = [[spell(key, path, parents), spell(item, '%s[%s]' % (path, shown(key)), parents)] for key, item in pairs]
    check_distinct([key for key, _ in entries], path)
    return {'$map': entries}


def shown(key):
    try:
        return '%.80r' % (key,)
    except Exception:
        return name_of(type(key))


def check_distinct(keys, path):
    """A Map and a Set of the host have one NaN, and no -0.0."""
    seen = set()
    for key in keys:
        if type(key) is float and repr(key) == '-0.0':
            refuse(path, '-0.0 as a key, or in a set, would become 0')
        if type(key) is dict:
            key = ('word', key.get('$numberDouble', id(key)))
        elif type(key) is list:
            continue  # which is like no other there
        else:
            key = (type(key) is bool, key)
        if key in seen:
            refuse(path, 'two keys, or items of a set, would become one: %s' % (key[1],))
        seen.add(key)


def spell_items(value, path, parents):
    kind = type(value)
    for sequence in list, tuple:
        if issubclass(kind, sequence) and not (sequence is tuple and hasattr(kind, '_fields')):
            return [spell(item, '%s[%d]' % (path, index), parents) for index, item in enumerate(sequence.__iter__(value))]
    if extended and (is_a(kind, 're', 'Match') or is_a(kind, '_sre', 'SRE_Match')):  # what re.sub gives to a function: as JavaScript's exec has it
        return [spell(item, path, parents) for item in (value.group(0),) + value.groups()]
    for collection in set, frozenset:
        if extended and issubclass(kind, collection):
            items = [spell(item, path, parents) for item in collection.__iter__(value)]
            check_distinct(items, path)
            return {'$set': items}
    if issubclass(kind, (bytes, bytearray)) or kind is memoryview and value.format in ('B', 'c') and value.ndim == 1:
        return word(path, value, '$binary', base64_of(memoryview(value).tobytes()))
    if is_a(kind, 'datetime', 'datetime') and not is_a(kind, 'pandas', 'NaTType'):
        return word(path, value, '$date', milliseconds_of(value, path) if extended else None)
    if is_a(kind, 'array', 'array') and extended:
        return word(path, value, '$typedArray', typed_array(value, path))
    if is_a(kind, 'numpy', 'ndarray') or is_a(kind, 'numpy', 'generic'):
        return spell_numpy(value, path, parents)
    return word(path, value)


def word(path, value, name=None, content=None):
    """A word of EJSON for a value that JSON has none for."""
    if extended and name:
        return {name: content}
    kind = type(value)
    if kind is float:
        refuse(path, '%r is not a JSON number' % value)
    protocol = 'EJSON' if extended else 'JSON'
    advice = advice_for(value, path)
    refuse(path, 'a value of type %s cannot be carried by %s%s' % (name_of(kind), protocol, advice and ': ' + advice))


def refuse(path, reason):
    raise _BOND_SerializationException('%s: %s' % (path, reason))


def advice_for(value, path):
    """What to do about a value that has no word, perhaps because it has several forms that the host might want."""
    kind = type(value)
    if is_a(kind, 'numpy', 'ndarray') or is_a(kind, 'numpy', 'generic'):
        return 'send its .tolist(), or .filled()' if is_a(kind, 'numpy', 'MaskedArray') else advice_for_numpy(value)
    for base in bases_of(kind):
        advice = ADVICE.get((root_of(base), name_of(base)))
        if advice:
            if advice is COROUTINE:
                unawaited.append(value)
            return advice
    if issubclass(kind, tuple):
        return 'send its ._asdict(), or list() of it'
    attributes = set(chain.from_iterable(map(attributes_of, bases_of(kind))))
    if '__dataclass_fields__' in attributes:
        return 'send dataclasses.asdict() of it'
    if '__fspath__' in attributes:
        return 'send str() of it'
    if '__next__' in attributes or PYTHON2 and 'next' in attributes:
        return 'iterate() over it, or hold() it'
    if path == 'result' and any(value is item for item in held.values()):
        return 'get() or call() what you need of it'
    return 'hold() it'


COROUTINE = 'it comes from an async def: send asyncio.run() of it'


def forget_unawaited():
    """Lets go of coroutines, without the warning that would name a line of the driver; not of those that user code keeps."""
    try:
        warnings = standard('warnings')
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            del unawaited[:]
    except Exception:
        del unawaited[:]


ADVICE = dict((tuple(name.split('.')), advice) for names, advice in (
    ('builtins.coroutine', COROUTINE),
    ('enum.Enum', 'send its .value or .name'),
    ('builtins.complex', 'send its .real and .imag'),
    ('decimal.Decimal fractions.Fraction', 'send str() or float() of it'),
    ('uuid.UUID pathlib.PurePath datetime.tzinfo', 'send str() of it'),
    ('pandas.NaTType pandas.NAType', 'send None in its place'),
    ('datetime.timedelta', 'send its .total_seconds()'),
    ('datetime.date datetime.time', 'send its .isoformat()'),
    ('builtins.range builtins.xrange builtins.dict_keys builtins.dict_values builtins.dict_items builtins.set builtins.frozenset '
     'collections.deque', 'send list() of it'),
    ('builtins.mappingproxy collections.UserDict collections.ChainMap os._Environ', 'send dict() of it'),
    ('collections.UserList', 'send list() of it'),
    ('collections.UserString', 'send str() of it'),
    ('builtins.bytes builtins.bytearray', 'send its .decode(), or its .hex()'),
    ('builtins.memoryview', 'send its .tolist()'),
    ('array.array pandas.Series pandas.Index torch.Tensor', 'send its .tolist()'),
    ('pandas.DataFrame', "send its .to_dict('records')"),
    ('polars.DataFrame', 'send its .to_dicts()'),
    ('polars.Series', 'send its .to_list()'),
) for name in names.split(' '))
NOT_FINITE = {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}


def escaped(key):
    return '$' + key if extended and key[:1] == '$' else key


def below(path, key):
    return path + ('.' + key if is_name(key) else '[%s]' % to_json(key))


def base64_of(data):
    return {'base64': b2a_base64(data).decode('ascii').strip(), 'subType': '00'}


def utc():
    datetime = standard('datetime')

    class UTC(datetime.tzinfo):  # Python 2 has none
        def utcoffset(self, moment):
            return datetime.timedelta(0)

        dst = utcoffset

        def tzname(self, moment):
            return 'UTC'

    zone = UTC() if PYTHON2 else datetime.timezone.utc
    return datetime, datetime.datetime(1970, 1, 1, tzinfo=zone)


def milliseconds_of(moment, path):
    try:
        datetime, epoch = utc()
        is_local = moment.utcoffset() is None
        span = datetime.timedelta(0) if is_local else moment - epoch
        micros = (span.days * 86400 + span.seconds) * 1000000 + span.microseconds
        rest = micros % 1000 or is_a(type(moment), 'pandas', 'Timestamp') and moment.nanosecond
    except Exception as error:
        refuse(path, 'a value of type %s cannot be carried: %s' % (name_of(type(moment)), message_of(error)))
    if is_local:
        refuse(path, 'a datetime without a time zone is no moment: give it a tzinfo')
    if rest:
        refuse(path, 'a datetime with microseconds cannot be carried, because Date has milliseconds: '
                     'send its .isoformat(), or .replace(microsecond=...)')
    return {'$numberLong': str(micros // 1000)}


TYPES = {'i1': 'int8', 'u1': 'uint8', 'i2': 'int16', 'u2': 'uint16', 'i4': 'int32', 'u4': 'uint32', 'i8': 'int64', 'u8': 'uint64',
         'f4': 'float32', 'f8': 'float64'}


def kind_of_items(typecode, size):
    return ('f' if typecode in 'fd' else 'u' if typecode.isupper() else 'i') + str(size)


def typed_array(value, path):
    if value.typecode not in 'bBhHiIlLqQfd':
        refuse(path, 'an array of characters cannot be carried: send its .tounicode()')
    return packed(kind_of_items(value.typecode, value.itemsize), value.tobytes() if hasattr(value, 'tobytes') else value.tostring())


def packed(kind, data):
    return {'type': TYPES[kind], 'base64': base64_of(data)['base64']}


def spell_numpy(value, path, parents):
    kind = value.dtype.kind + str(value.dtype.itemsize)
    if is_a(type(value), 'numpy', 'MaskedArray'):
        return word(path, value)
    if value.ndim == 0 and (kind in TYPES or kind in ('f2', 'b1') or kind[0] in 'US'):
        return spell(value.item(), path, parents)
    if value.ndim == 1 and kind in TYPES:
        return word(path, value, '$typedArray', packed(kind, value.astype('<' + kind).tobytes()) if extended else None)
    return word(path, value)


def advice_for_numpy(value):
    """Advice for arrays and their items: the usual one may lead to items that cannot cross either."""
    kind, is_item = value.dtype.kind, value.ndim == 0
    if kind == 'M':
        return 'it has no time zone: send ' + ('str() of it' if is_item else 'its .astype(str).tolist()')
    if kind == 'm':
        return "send it / numpy.timedelta64(1, 's')"
    if kind == 'c':
        return 'send its .real and .imag'
    if kind == 'f' and value.dtype.itemsize > 8:
        return 'send float() of it' if is_item else 'send its .astype(float)'
    return 'send its .tolist()'


def is_name(text):
    if not PYTHON2:
        return text.isidentifier()
    text = text.replace('_', 'a')
    return text.isalnum() and not text[0].isdigit() and all(ord(letter) < 128 for letter in text)


def read_words(value):
    if isinstance(value, list):
        return [read_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, content), = value.items()
        if name[:1] == '$' and name[1:2] != '$':
            return WORDS[name](content)
    return dict((key[1:] if key[:2] == '$$' else key, read_words(item)) for key, item in value.items())


def read_bytes(content):
    data = a2b_base64(content['base64'])
    return bytearray(data) if PYTHON2 else data


def read_date(content):
    datetime, epoch = utc()
    return epoch + datetime.timedelta(milliseconds=int(content['$numberLong']))


def read_set(items):
    value = set(map(read_words, items))
    if len(value) != len(items):
        raise ValueError('items of a Set that are the same in Python')
    return value


def read_map(entries):
    value = dict((read_words(key), read_words(item)) for key, item in entries)
    if len(value) != len(entries):
        raise ValueError('keys of a Map that are the same in Python')
    return value


def read_typed_array(content):
    array = standard('array')
    name = content['type'].replace('clamped', '')
    codes = [code for code in ('bBhHiIlLfd' if PYTHON2 else 'bBhHiIqQfd') if TYPES.get(kind_of_items(code, array.array(code).itemsize)) == name]
    data = bytes(read_bytes(content))
    value = array.array(codes[0])
    (value.fromstring if PYTHON2 else value.frombytes)(data)
    return value


WORDS = {
    '$numberDouble': float, '$binary': read_bytes, '$date': read_date, '$set': read_set, '$map': read_map,
    '$typedArray': read_typed_array,
}


#: often

# ---- Exceptions ----------------------------------------------------------------------------------------------------

class _BOND_RemoteException(RuntimeError):
    """An exported function of the host failed. `data` is what it threw, or the text of it."""
    bond_call = None

    def __init__(self, message, data=None, type=None):
        RuntimeError.__init__(self, message)
        self.data, self.type = data, type


# Whatever is raised is told, and nothing of what it says of itself is trusted.

LONGEST_TEXT = 2 ** 22  # of a message or a traceback, in characters
describing = False  # whether code of an exception runs, which an interrupt may stop


def message_of(error):
    try:
        try:
            text = bytes(error).decode('utf-8', 'replace') if PYTHON2 and not isinstance(error, UnicodeError) else text_type(error)
        except UnicodeEncodeError:
            text = text_type(error)  # Python 2, and the message is Unicode
        return shortened(text)
    except BaseException:
        return u'(%s, whose text cannot be had)' % class_name(type(error))


def shortened(text):
    text = text_type.__getitem__(text, slice(None))
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT // 2] + u' [...] ' + text[-LONGEST_TEXT // 2:]


def class_name(kind):
    try:
        return name_of(kind)
    except TypeError:  # Python 2 has classes that are not types
        return kind.__name__


def traceback_of(kind, error, trace, message):
    try:
        while trace is not None and trace.tb_frame.f_code.co_filename == DRIVER_FILE:
            trace = trace.tb_next
        try:
            lines = ''.join(standard('traceback').format_exception(kind, error, trace)) if is_tame(error) else places_in(trace, kind, message)
        except BaseException:
            lines = places_in(trace, kind, message)
        return shortened(lines if isinstance(lines, text_type) else lines.decode('utf-8', 'replace'))
    except BaseException:
        return u''


#: seldom

def is_tame(error):
    """Whether an exception has causes, and exceptions in a group, that come to an end."""
    waiting, seen = [error], set()
    names = () if PYTHON2 else ('__cause__', '__context__', '__traceback__')
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        is_group = is_a(type(error), 'builtins', 'BaseExceptionGroup')
        places = [definer(type(error), name) for name in names + (('exceptions',) if is_group else ())]
        if len(seen) > 1000 or any(root_of(place) != 'builtins' for place in places):
            return False
        if names:
            waiting += [error.__cause__, error.__context__] + list(error.exceptions if is_group else ())
    return True


def places_in(trace, kind, message):
    lines = [u'Traceback (most recent call last):']
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(u'  File "%s", line %d, in %s' % (code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return u'\n'.join(lines) + u'\n%s: %s\n' % (class_name(kind), message)


#: often

def own(error, name):
    """An attribute that one of the driver's exceptions has, even if a class of the user's is derived from that."""
    return vars(BaseException)['__dict__'].__get__(error).get(name) if issubclass(type(error), BaseException) else None


def report(request):
    """Tells the host about the exception that is being handled: the last thing that may fail, so it does little."""
    global describing
    kind, error, trace = exc_info()
    describing = True
    message = message_of(error)
    traceback = traceback_of(kind, error, trace, message)
    describing = False
    is_refusal, is_remote = issubclass(kind, _BOND_SerializationException), issubclass(kind, _BOND_RemoteException)
    call = own(error, 'bond_call') if is_refusal or is_remote else None
    call = call if type(call) in INTEGERS else None
    if is_refusal:
        return 'ERROR %s %s' % (request, to_json({'message': message, 'call': call}))
    name = own(error, 'type') if kind is _BOND_RemoteException else None  # what it was where it came from
    name = name if type(name) in STRINGS else class_name(kind)
    description = {'type': name, 'message': message, 'traceback': traceback, 'call': call}
    if transparent:
        data = own(error, 'data') if is_remote else error
        try:
            description['data'] = from_json(encode(data, 'exception'))
        except _BOND_SerializationException as failure:
            return 'ERROR %s %s' % (request, to_json({'message': message_of(failure), 'call': call}))
    return 'EXCEPT %s %s' % (request, to_json(description))


# ---- Functions of the host -----------------------------------------------------------------------------------------

#: seldom

# From host_function to call; PyPy's limit is one of memory, and means something else.
FRAMES_OF_A_LEVEL = 0 if PYPY else 7


# Whether a limit that is reached already is refused, and no signal is noticed before `finally` has put the old one back.
TELLS_ROOM = sys.version_info >= (3, 10) and not PYPY
ROOM = 60


def need_room():
    """Raises RecursionError now, while the conversation is in step, rather than in the middle of an exchange."""
    if not TELLS_ROOM:
        return go_down(ROOM)
    limit = getrecursionlimit()
    try:
        setrecursionlimit(limit - ROOM)
    except (RecursionError, ValueError):
        go_down(ROOM)
    finally:
        setrecursionlimit(limit)


def go_down(levels):
    if levels:
        go_down(levels - 1)


def lower_recursion_limit():
    try:
        setrecursionlimit(getrecursionlimit() - FRAMES_OF_A_LEVEL)
    except RuntimeError:
        pass  # user code has lowered it itself, and is too deep for less


def call_host(name, arguments, number=None):
    global busy, last_call, interrupted
    if get_ident() != main_thread:
        raise RuntimeError('%s is a function of the host: only the main thread can call it' % name)
    if not busy:
        raise RuntimeError('%s is a function of the host: it cannot be called in the middle of an exchange with it' % name)
    if forked if TELLS_FORKS else is_fork():
        raise RuntimeError('%s is a function of the host: a forked process cannot call it' % name)
    need_room()
    if awaited:
        hear_answer()
    busy = False  # signals have to wait, for the answer as well
    try:
        payload = encode([name if number is None else number, arguments], name=name)
    except BaseException:
        busy = True
        raise
    try:
        last_call += 1
        frame = str(last_call)
        # What lies between two levels of user code does not count against Python's limit of recursion.
        setrecursionlimit(getrecursionlimit() + FRAMES_OF_A_LEVEL)
        verb, payload = serve(frame, 'CALL %s %s %s' % (frame, running, payload))
        content = decode(payload)
    finally:
        lower_recursion_limit()
        busy = not leaving
    if pending:
        deliver()
    if interrupted:
        error, interrupted = interrupted, None
        raise error
    if verb == b'RETURN':
        return content
    if verb == b'RETURN_WITH':
        result, references = content
        put_references(references, result)
        return result[0]
    message = content['message'] if not PYTHON2 else content['message'].encode('utf-8')
    if verb == b'ERROR':
        error = _BOND_SerializationException(message)
    else:
        error = _BOND_RemoteException(message, content.get('data', content['message']), content.get('type'))
    error.bond_call = int(frame)
    raise error


def hear_answer():
    """The handler of a signal calls the host while user code waits for it: the host takes one call after the other."""
    global awaited, busy
    busy = False
    try:
        frame, awaited = awaited, None
        if frame:  # another signal has not led here meanwhile
            verb, payload = serve(frame.decode('ascii'))
            aside[frame] = deque([(verb, b'0', payload)])
    finally:
        busy = not leaving


def stub(name):
    def host_function(*arguments):
        return call_host(name, arguments)
    host_function.__name__ = str(name.rpartition('.')[2])
    host_function.__qualname__ = host_function.__name__
    host_function.__module__ = '__main__'
    return host_function


class _BOND_callback(object):
    """A function that the host has lent, by its number."""

    def __init__(self, number):
        self.number = number
        lent[number] = Loan(self, released.append)
        lent[number].number = number

    def __call__(self, *arguments):
        return call_host('callback', arguments, self.number)

    def __copy__(self, memory=None):
        return self  # the host has lent it once

    __deepcopy__ = __copy__

    def __reduce__(self):
        raise TypeError('a function of the host cannot be pickled')


class Loan(ref):
    """Notices that nothing refers to what the host has lent any more; a destructor could be cut short by a signal."""
    __slots__ = ('number',)


def _BOND_stream(number):
    """Iterates over what the host hands out in batches."""
    return items_of(_BOND_callback(number))  # which is released even if nobody ever begins


def items_of(take):
    size, done = 1, False
    while not done:
        items, done = take(size)
        for item in items:
            yield item
        size = min(2 * size, 256)


#: often

# ---- Requests ------------------------------------------------------------------------------------------------------

held = {}       # what the host holds here, by number
iterators = {}  # [iterator, what it has thrown behind items that went before], by number
counter = 0     # of both
compiled = {}   # the code of callable expressions, by their text


def evaluate(code):
    try:
        expression = compile(code.strip(), '<eval>', 'eval', 0, True)
    except SyntaxError as error:
        if is_block(code):
            error.msg = '%s: eval takes an expression, and evalBlock statements' % error.msg
        raise
    return eval(expression, main)


def evaluate_block(code):
    try:
        block = compile(code, '<evalBlock>', 'exec', 0, True)
    except IndentationError:
        block = compile(standard('textwrap').dedent(code), '<evalBlock>', 'exec', 0, True)
    exec(block, main)


def callable_named(name):
    function = main.get(name)
    if function is None:
        if '_BOND_held' not in main:
            put_names()
        code = compiled.get(name)
        if code is None:
            code = compiled[name] = compile('(%s\n)' % name, '<call>', 'eval', 0, True)
            if len(compiled) > 1000:
                compiled.clear()
        function = eval(code, main)
    return function


def call(name, arguments, references=(), named=None):
    if references:
        put_references(references, arguments, named)
    if named:
        return callable_named(name)(*arguments, **dict((str(key), value) for key, value in named.items()))
    return callable_named(name)(*arguments)


def put_names():
    """Puts the driver's own functions among the global variables: at the start, and when user code has cleared those."""
    main.update((name, value) for name, value in globals().items() if name.startswith('_BOND_'))


NOTHING = object()  # no result at all


def run_eval(payload):
    global busy
    code = decode(payload)
    busy = True
    if pending:
        deliver()
    return evaluate(code)


def run_eval_block(payload):
    global busy
    code = decode(payload)
    busy = True
    if pending:
        deliver()
    evaluate_block(code)
    return NOTHING


def run_call(payload):
    global busy
    given = decode(payload)
    if parts:
        add_parts(given[1])
    busy = True
    if pending:
        deliver()
    return call(*given) if len(given) > 2 else call(given[0], given[1])  # which is faster


def run_export(payload):
    global busy
    name = decode(payload)
    busy = True
    if pending:
        deliver()
    export(name)
    return NOTHING


HANDLERS = {b'EVAL': run_eval, b'EVAL_BLOCK': run_eval_block, b'CALL': run_call, b'EXPORT': run_export}


#: seldom

def is_block(code):
    try:
        return compile(code, '<eval>', 'exec', 0, True) is not None and code.strip() != ''
    except Exception:
        return False


def put_references(references, values, named=None):
    """Puts what expressions refer to in their places."""
    if '_BOND_held' not in main:
        put_names()
    for path, code in references:
        place = values
        if path[0] == 'kwargs':
            place, path = named, path[1:]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = evaluate(code)


def export(name):
    steps = name.split('.')
    if not all(is_name(step) and step not in standard('keyword').kwlist for step in steps):
        raise NameError('%r is not a valid name for a function' % str(name))
    if len(steps) == 1:
        main[str(name)] = stub(name)
    else:
        setattr(find_place(steps[:-1]), steps[-1], stub(name))


def find_place(steps):
    """The module, class or object that a dotted name leads to; modules are imported on the way."""
    importlib = standard('importlib')
    place = main[steps[0]] if steps[0] in main else importlib.import_module(steps[0])
    for count, step in enumerate(steps[1:], 2):
        if not hasattr(place, step):
            importlib.import_module('.'.join(steps[:count]))
        place = getattr(place, step)
    return place


def next_number():
    global counter
    counter += 1
    return counter


def _BOND_hold(value):
    number = next_number()
    held[number] = value
    return number


def _BOND_held(number):
    return held[number]


def _BOND_get(holder, name):
    try:
        return getattr(holder, name)
    except (AttributeError, TypeError):
        if not hasattr(holder, '__getitem__'):
            raise
    return holder[name]


def _BOND_set(holder, name, value):
    if hasattr(holder, '__setitem__'):
        holder[name] = value
    else:
        setattr(holder, name, value)


# These have no names for their own parameters, so that arguments can have any.
def _BOND_invoke(*arguments, **named):
    return getattr(arguments[0], arguments[1])(*arguments[2:], **named)


def _BOND_apply(*arguments, **named):
    return arguments[0](*arguments[1:], **named)


def _BOND_hold_result(*arguments, **named):
    own = {'_BOND_apply': _BOND_apply, '_BOND_invoke': _BOND_invoke}.get(arguments[0])
    return _BOND_hold((own or callable_named(arguments[0]))(*arguments[1:], **named))


def _BOND_catch(function, *arguments):
    """What a function throws, so that it can be held; None if it throws nothing."""
    try:
        function(*arguments)
    except Exception as error:
        return error


def _BOND_iterate(value):
    number = next_number()
    iterators[number] = [iter(value), None]
    return number


def _BOND_next(number, count):
    """The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds."""
    iterator, error = iterators[number]
    if error:
        del iterators[number]
        raise error
    items, done = [], False
    deadline = now() + 0.005
    try:
        for item in iterator:
            items.append(item)
            if len(items) >= count or now() > deadline:
                break
        else:
            done = True
            del iterators[number]
    except Exception as error:
        if not items:
            del iterators[number]
            raise
        iterators[number][1] = error
    return items, done


def _BOND_leave(number):
    iterator, _ = iterators.pop(number, (None, None))
    if hasattr(iterator, 'close'):
        iterator.close()


#: often

# ---- Loop ----------------------------------------------------------------------------------------------------------

running = '0'        # the id of the request that is being carried out
depth = 0            # how many frames are open, the outermost included
busy = False         # whether user code is running: only then may a signal stop anything
interrupted = None   # what is to be raised in user code that waits for the host: an interrupt, say, came meanwhile
closing = None       # the SystemExit at the end of the conversation
leaving = None       # the SystemExit that ends the interpreter: user code further out may catch it, and ends all the same
is_cut_off = False   # whether that came while the host had not answered
last_call = 0        # the number of the last frame that was opened
last_interrupt = 0   # the number of the last one that was noticed
aside = {}           # messages that belong to frames further out, by frame
lines = deque()      # lines that have been read and not yet taken
partial = []         # pieces of a line whose end has not been read
chunks = deque()     # what has been read and not yet cut into lines
short_read = long_read = ()  # what `read` is called with
reading = False      # waiting for the host, with nothing half done
awaited = None       # the frame whose answer user code waits for, while the handler of a signal runs


def next_line(frame):
    """The next line of the host, or None at the end; an empty one after the handler of a signal, which may have called the
    host and met what is waited for. A reader of Python's own would not bear that."""
    global reading
    while not lines:
        if pending:
            deliver_in_wait(frame)
            return b''
        try:
            reading = True
            if not pending:
                # What is read lands in `chunks` before the handler of any signal can run. Larger portions are faster in the
                # middle of a long line, and slower for a short one.
                try:
                    chunks.extend(starmap(read, long_read if partial else short_read))
                except EnvironmentError as error:
                    wait_or_raise(error, [descriptor], [])
            reading = False
        except SignalInWait:
            pass
        while chunks:
            chunk = chunks.popleft()
            if not chunk:
                return None
            feed(chunk)
    return lines.popleft()


def feed(chunk):
    pieces = chunk.split(b'\n')
    if partial and len(pieces) > 1:
        partial.append(pieces[0])
        pieces[0] = b''.join(partial)
        del partial[:]
    rest = pieces.pop()
    if rest:
        partial.append(rest)
    lines.extend(pieces)


def take(frame):
    """The next message for this frame. What belongs to another one is set aside until its turn."""
    global interrupted
    while True:
        if aside and aside.get(frame):
            return aside[frame].popleft()
        line = lines.popleft() if lines else next_line(frame)
        if not line:
            if line is None:
                leave()  # end of input: the host has closed the bond, or is gone
            continue
        verb, target, request, payload = line.split(b' ', 3)
        if target == frame:
            return verb, request, payload
        if verb == b'END':
            leave()
        if verb == b'RELEASE':
            held.pop(int(request), None)
        elif verb != b'INTERRUPT':
            aside.setdefault(target, deque()).append((verb, request, payload))
        elif is_meant(request, payload) and depth > 1:
            interrupted = KeyboardInterrupt()


def leave():
    """The host has closed the bond. In the middle of one of its functions, it takes no other calls."""
    global leaving, closing, is_cut_off
    is_cut_off = depth > 1
    leaving = closing = SystemExit()
    raise leaving


def serve(frame, opening=None):
    """Carries out what the host asks for in this frame, until it answers the call that opened the frame."""
    global running, depth, interrupted
    outer = running
    depth += 1
    if opening:
        say(opening)  # an interrupt that comes from here on has to wait for the answer
    frame = frame.encode('ascii')
    while True:
        verb, request, payload = take(frame)
        handler = HANDLERS.get(verb)
        if not handler:
            if verb == b'PART':
                take_part(request.decode('ascii'), payload)
                continue
            aside.pop(frame, None)
            depth -= 1
            return verb, payload
        running = request.decode('ascii')
        kept, interrupted = interrupted, None  # that is for whoever waits in this frame
        answer(handler, running, payload)
        running, interrupted = outer, interrupted or kept


def answer(handler, request, payload):
    message = attempt(handler, request, payload)
    if leaving:
        raise leaving
    say(message)
    if unawaited:
        forget_unawaited()


def attempt(handler, request, payload):
    """Carries out a request. The handler begins with `busy = False`, and sets it when user code has its turn."""
    global busy, leaving
    try:
        value = handler(payload)
        busy = False
        length = longest.get(type(value))
        if length and len(value) > length:
            return 'RETURN %s %s' % (request, say_parts(request, value))
        return 'RETURN %s %s' % (request, '' if value is NOTHING else encode(value))
    except SystemExit as error:
        busy = False
        leaving = error
        raise
    except BaseException:
        return conclude(request)


def conclude(request):
    global busy, describing
    busy = False
    try:
        return report(request)
    except BaseException:
        describing = False
        return 'EXCEPT %s {"message":"an exception that cannot be described"}' % request


# ---- Signals

# The handler of a signal runs between any two steps of the program, and may raise an exception there, or call the host. So
# those of user code run at once if user code is running, and have to wait where the driver does something that must not be
# cut short. `busy` tells which. It cannot be set in the same moment in which an exception is caught, or a function returns:
# the functions in TURNS, where that happens, are the driver's whatever it says.
TURNS = frozenset(['attempt', 'conclude', 'deliver_in_wait', 'message_of', 'report', 'traceback_of'])
world = globals()
pending = {}  # what has to wait: handler and frame, by signal, once each as in the operating system
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


def guard_signals():
    for number in range(1, signal.NSIG):
        handler = get_signal(number)
        if callable(handler):
            set_signal(number, Guard(handler))
    for name, stand_in in ('signal', signal_of_user), ('getsignal', getsignal_of_user):
        stand_in.__name__ = name
        stand_in.__doc__ = getattr(signal, name).__doc__
        setattr(signal, name, stand_in)


def on_interrupt(signum, frame):
    """Somebody at a terminal, say, has interrupted this process."""
    global interrupted
    if (busy or describing) and not is_turn(frame):
        raise KeyboardInterrupt()
    if busy or depth > 1:
        interrupted = KeyboardInterrupt()  # user code will hear of it when it goes on


def on_notice(signum, frame):
    """The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one."""
    global busy
    if not (busy or describing) or is_turn(frame):
        return
    was_busy, busy = busy, False  # one more signal, which may come anywhere, has to wait
    try:
        is_stopped = find_notices()
    finally:
        busy = was_busy
    if is_stopped:
        raise KeyboardInterrupt()
    if busy and pending:
        deliver()


def find_notices():
    """Whether an interrupt has come for what is being carried out."""
    while select.select([descriptor], [], [], 0)[0]:
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
    if request != running.encode('ascii') or int(serial) <= last_interrupt:
        return False
    last_interrupt = int(serial)
    say('INTERRUPTED %s' % last_interrupt)
    return True


# ---- Start ---------------------------------------------------------------------------------------------------------

def start():
    global last_piece, more_pieces, announcement, piece_size, transparent, extended, short_read, long_read
    settings = from_json(requests.readline().decode('utf-8').strip().split(' ', 1)[1])
    mark = settings['mark'].encode('ascii')
    last_piece, more_pieces, announcement = mark + b' ', mark + b'+', mark + b'='
    piece_size = PIECE - len(last_piece) - 1
    transparent = settings['transExcept']
    protocols = [name for name in settings['protocols'] if name in ('EJSON', 'JSON')]
    extended = protocols[:1] == ['EJSON']
    if settings.get('parts') is True:
        longest.update(((text_type, 2 ** 18), (list, 1024), (tuple, 1024)))
    protect_stdin()
    open_output()
    if settings.get('bulk') and settings.get('pid') == process:
        open_bulk(*settings['bulk'])
    guard_signals()
    notice = getattr(signal, 'SIGURG', None)
    if notice:
        set_signal(notice, on_notice)
        if settings.get('pid', process) != process:
            stand_behind_relay(notice)
    short_read, long_read = ((descriptor, 65536),), ((descriptor, 262144),)
    set_signal(signal.SIGINT, on_interrupt)
    if PYTHON2:
        for number in (signal.SIGINT, notice):
            signal.siginterrupt(number, False)
    put_names()
    for exception in (_BOND_SerializationException, _BOND_RemoteException):
        exception.__module__ = '__main__'
    say('READY %s' % to_json({
        'protocol': protocols[0] if protocols else None,
        'version': '.'.join(map(str, sys.version_info[:3])),
        'implementation': 'PyPy' if PYPY else 'CPython',
        'pid': os.getpid(),
        'interrupt': 'SIGURG' if notice else None,
        'parts': True,
    }))
    serve_outermost()


def serve_outermost():
    global busy, leaving
    try:
        serve('0')
    except SystemExit as error:
        if error is not closing or not sys.flags.inspect:  # under -i, Python would show it
            raise
    finally:
        # Exit hooks may call the host, unless it waits for an answer that will never come.
        busy, leaving = not is_cut_off, None


# Python keeps what functions that run need in pieces of 16 kB, and gets or gives back one by a system call whenever a call
# goes beyond its end. A function that claims to need much gets a large piece, in which those that it calls have room as well.
if sys.version_info >= (3, 11) and sys.implementation.name == 'cpython':
    serve_outermost.__code__ = serve_outermost.__code__.replace(co_stacksize=2 ** 16)


start()
