# What all protocols need: values as text and back, exactly, or as an error that says where it sits.

written = {}      # blocks of bytes that stand beside a text which has not been sent yet, by number
last_block = 0    # the number of the last one
takes_blocks = False  # the host does
LONG_BYTES = 512      # shorter ones stand in the text
speaks_octets = False  # whether text is octets, in Python 2: the option `text`
unreadable = 'replace'  # what is done with octets that are no text, where there has to be one
extended = False  # whether the protocol is EJSON, which has words for more than JSON
if PYTHON2:
    STRINGS = (str, unicode)
    INTEGERS = (int, long)
    PLAIN = frozenset((str, unicode, int, long, float, bool, type(None)))

    def are_keys(kinds):
        kinds = set(kinds)
        return len(kinds) < 2 and kinds.issubset(STRINGS)  # an str and a unicode may be one text
else:
    STRINGS = (str,)
    INTEGERS = (int,)
    PLAIN = frozenset((str, int, float, bool, type(None)))
    are_keys = frozenset(STRINGS).issuperset
LISTS = frozenset((list, tuple))
OF_TYPE = {}  # what spells values of exactly one type, where that has been met

# What a class says of itself. Its own attributes may be properties, and fail, so `type` is asked.
name_of, module_of, bases_of, attributes_of = [type.__dict__[name].__get__ for name in ('__name__', '__module__', '__mro__', '__dict__')]


class Encoded(object):
    """A result whose text is there already."""

    def __init__(self, text):
        self.text = text


class _BOND_SerializationException(TypeError):
    """A value cannot cross to the host, or from it."""
    bond_call = None


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
            if kind is not dict and kind not in LISTS and (has_own_reading(kind) or is_a(kind, 'enum', 'Enum')):
                return False
            if issubclass(kind, dict):
                if not are_keys(map(type, chain.from_iterable(alike))):
                    return False
            elif not issubclass(kind, (list, tuple)) or hasattr(kind, '_fields'):
                if is_plain_subclass(kind) and not (PYTHON2 and issubclass(kind, INTEGERS)):  # whose text may be any there
                    continue
                return False
            if not PLAIN.issuperset(map(type, items_in(kind, alike))):  # to look first is faster than to gather them
                deeper.extend(items_in(kind, alike))
        level = deeper
    return True


def items_in(kind, containers):
    return chain.from_iterable(map(kind.values, containers) if issubclass(kind, dict) else containers)


def decode(payload):
    try:
        text = payload.decode('utf-8')
        value = from_json(text)
        return read_all_words(value, text) if extended and '$' in text and '"$' in text else value  # to look for one character first is faster
    except Exception:
        return decode_slowly(payload)


# Types are asked of Python itself: a class may say anything.

def is_a(kind, module, name):
    """Whether it is a class of that name, from a module or package, or derived from one; that need not be imported for this."""
    return any(name_of(base) == name and root_of(base) == module for base in bases_of(kind))


def root_of(kind):
    module = module_of(kind)
    root = module.split('.')[0] if type(module) is str else ''
    return 'builtins' if root == '__builtin__' else root


def is_plain_subclass(kind):
    """A subclass of str, int or float that is no more than that; an Enum would lose what it is."""
    return issubclass(kind, STRINGS + INTEGERS + (float,)) and not is_a(kind, 'enum', 'Enum')


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
