#: lazy
# Converts values before they cross, by their types: see docs/decisions/convert.md.

conversions = {}  # what the host wants to be called, by the name of a type
of_classes = {}   # the same by class, or None; of those that have been met
# What is never converted: requests of the driver's own consist of it.
ALWAYS_PLAIN = PLAIN | LISTS | frozenset((dict,))
# What the protocol may have a word for, whatever has been said of `object`.
BUILT_IN = ALWAYS_PLAIN | frozenset((set, frozenset, bytes, bytearray))
DEEPEST_COPY = 400


def _BOND_convert(entries):
    """Has values of certain types converted: pairs of a name and code of something that can be called."""
    plain = set(chain.from_iterable(map(names_of_class, ALWAYS_PLAIN)))
    for name, code in entries:
        if name in plain:
            raise TypeError("'%s': values of this type always cross as they are" % name)
        conversions[name] = compiled_conversion(name, code)
    if world['with_held'] is not with_held_converted:
        stand_between()


def compiled_conversion(name, code):
    try:
        conversion = evaluate(code)
    except Exception as error:
        raise ValueError("'%s': %s: %s" % (name, class_name(type(error)), message_of(error)))
    if not callable(conversion):
        raise TypeError("'%s': its code gives a value of type %s, which cannot be called" % (name, class_name(type(conversion))))
    return conversion


def stand_between():
    """Puts conversions between user code and what writes its values. What is lazy must be there: it would put back its own."""
    global FRAMES_OF_A_LEVEL
    for file in ('host-calls', 'holding', 'chains'):
        load(file)
    for name, replacement in (('encode', encode_converted), ('with_held', with_held_converted), ('call_host', call_host_converted)):
        world[name + '_as_it_is'] = world[name]
        world[name] = replacement
    for verb in (b'EVAL', b'CALL'):
        HANDLERS[verb] = converting(HANDLERS[verb])
    FRAMES_OF_A_LEVEL += 0 if PYPY else 2


def converting(run):
    def run_converting(payload):
        return converted(run(payload), 'result')
    return run_converting


def with_held_converted(value):
    return with_held_as_it_is(converted(value, 'value'))


def call_host_converted(name, arguments, named=None, lent=None, encode=encode, may_await=True):
    root = '%s(): args' % name
    arguments = tuple(converted(value, '%s[%d]' % (root, index)) for index, value in enumerate(arguments))
    if named:
        place = '%s[%d]' % (root, len(arguments))
        named = dict((key, converted(value, below(place, key))) for key, value in named.items())
    return call_host_as_it_is(name, arguments, named, lent, encode, may_await)


def encode_converted(value, root='result', name=None):
    """Of what is encoded without having been converted, only exceptions are the user's."""
    global describing
    if root == 'exception':
        describing = True
        value = converted(value, root)
        describing = False
    return encode_as_it_is(value, root, name)


def converted(value, path):
    """A value with what conversions make of its parts; itself, if there are none to be applied."""
    if type(value) in PLAIN or not has_conversions(value):
        return value
    try:
        return convert(value, path, {}, 0)
    except RuntimeError as error:
        if 'recursion' in message_of(error):
            refuse(path, 'is nested too deep')
        raise


def has_conversions(value):
    """Looks through a value level by level, so that built-in functions do most of it. It may refer to itself."""
    level, seen = [value], set()
    while level:
        kinds = set(map(type, level))
        if any(conversion_for(kind) for kind in kinds):
            return True
        deeper = {}
        for kind in kinds:
            alike = level if len(kinds) == 1 else [item for item in level if type(item) is kind]
            if not PLAIN.issuperset(map(type, parts_of_all(kind, alike))):  # to look first is faster than to gather them
                parts = [part for part in parts_of_all(kind, alike) if type(part) not in PLAIN]
                deeper.update((id(part), part) for part in parts if id(part) not in seen)
        seen.update(deeper)
        level = list(deeper.values())
    return False


def parts_of_all(kind, containers):
    if kind is dict:
        return chain(chain.from_iterable(containers), chain.from_iterable(map(dict.values, containers)))
    return chain.from_iterable(containers if kind in LISTS else map(parts_in, containers))


def parts_in(value):
    kind = type(value)
    if kind in LISTS:
        return value
    if issubclass(kind, dict):
        return list(chain.from_iterable(pairs_of(value)))
    for collection in (list, tuple, set, frozenset):
        if issubclass(kind, collection) and not (collection is tuple and hasattr(kind, '_fields')):
            return list(collection.__iter__(value))
    return ()


def conversion_for(kind):
    if kind not in of_classes:
        if len(of_classes) > 1000:
            of_classes.clear()
        of_classes[kind] = nearest_conversion(kind)
    return of_classes[kind]


def nearest_conversion(kind):
    if kind in ALWAYS_PLAIN or live_classes and issubclass(kind, LiveObject):
        return None
    for base in (kind,) if kind in BUILT_IN else bases_of(kind):
        for name in names_of_class(base):
            if name in conversions:
                return conversions[name]


def names_of_class(kind):
    """What a class can be called: the full name, the one by its package, and the bare one."""
    name, module = name_of(kind), module_of(kind)
    long_name = name if PYTHON2 else type.__dict__['__qualname__'].__get__(kind)
    places = [module, root_of(kind)] if type(module) is str else []
    names = ['%s.%s' % (place, own) for place in places for own in (long_name, name)]
    return names + [long_name, name]


def convert(value, path, done, depth):
    """`done` has what each object has become, and the object, which must not make room for another one."""
    if type(value) in PLAIN:
        return value
    if id(value) not in done:
        conversion = conversion_for(type(value))
        if not conversion:
            return convert_parts(value, path, done, depth)
        made = apply_conversion(conversion, value, path)
        done[id(value)] = (value, convert_parts(made, path, done, depth))
    return done[id(value)][1]


def apply_conversion(conversion, value, path):
    try:
        return conversion(value)
    except Exception as error:
        reason = '%s: %s' % (class_name(type(error)), message_of(error))
        refuse(path, 'the conversion of a value of type %s failed: %s' % (name_of(type(value)), reason))


def convert_parts(value, path, done, depth):
    parts = parts_in(value)
    if PLAIN.issuperset(map(type, parts)):
        return value
    if depth > DEEPEST_COPY:
        refuse(path[:200], 'is nested too deep')
    if id(value) not in done:
        copy = {} if issubclass(type(value), dict) else set() if issubclass(type(value), (set, frozenset)) else []
        done[id(value)] = (value, copy)
        fill = convert_entries if type(copy) is dict else convert_members if type(copy) is set else convert_items
        fill(value, copy, path, done, depth + 1)
    return done[id(value)][1]


def convert_entries(value, copy, path, done, depth):
    for key, item in pairs_of(value):
        place = below(path, key) if is_text(key) else '%s[%s]' % (path, shown(key))
        key = convert_key(key, place)
        if key in copy:
            refuse(path, 'two of its keys become the same: %s' % shown(key))
        copy[key] = convert(item, place, done, depth)


def convert_members(value, copy, path, done, depth):
    for item in parts_in(value):
        item = convert_key(item, path)
        if item in copy:
            refuse(path, 'two of its items become the same: %s' % shown(item))
        copy.add(item)


def convert_items(value, copy, path, done, depth):
    for index, item in enumerate(parts_in(value)):
        copy.append(convert(item, '%s[%d]' % (path, index), done, depth))


def convert_key(value, path):
    """The same for a key, or an item of a set, which stays one."""
    if type(value) in PLAIN:
        return value
    conversion = conversion_for(type(value))
    made = apply_conversion(conversion, value, path) if conversion else value
    if type(made) in (tuple, frozenset):
        return type(made)(convert_key(part, path) for part in made)
    try:
        hash(made)
        return made
    except TypeError:
        refuse(path, 'its conversion gives a value of type %s, which cannot be a key, or in a set' % name_of(type(made)))
