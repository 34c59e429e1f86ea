#: lazy
# Whether the encoder writes a value exactly, and what a class is.

if PYTHON2:
    def are_keys(kinds):
        kinds = set(kinds)
        return len(kinds) < 2 and kinds.issubset(STRINGS)  # an str and a unicode may be one text
else:
    are_keys = frozenset(STRINGS).issuperset
GENERATOR_TYPE = type(_ for _ in ())


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


# Types are asked of Python itself: a class may say anything.

def is_a(kind, module, name):
    """Whether it is a class of that name, from a module or package, or derived from one; that need not be imported for this."""
    return any(name_of(base) == name and root_of(base) == module for base in bases_of(kind))


def root_of(kind):
    module = module_of(kind)
    root = module.split('.')[0] if type(module) is str else ''
    return 'builtins' if root == '__builtin__' else root


def is_awaitable(value):
    """Whether a value that cannot cross is to be awaited."""
    kind = type(value)
    if PYTHON2:
        return False
    if kind is GENERATOR_TYPE:
        return value.gi_code.co_flags & 0x100 != 0
    try:
        if not hasattr(kind, '__await__'):  # which is fast, but a metaclass may say anything
            return False
    except Exception:
        return False
    return any('__await__' in attributes_of(base) for base in bases_of(kind))


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
