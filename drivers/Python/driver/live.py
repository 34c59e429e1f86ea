#: lazy
# Objects of the host as objects here: what is done with one is asked of the host, which checks what may be touched.

live_objects = {}   # those that are in use, by what they are there, once there is one


def _BOND_live(number, flags, name, identity):
    """An object that the host has lent by a function: the same as long as it is in use, whatever number it is lent by."""
    if not live_objects:
        live_objects[0] = standard('weakref').WeakValueDictionary()
    ask = _BOND_callback(number, 'h' in flags)  # which is released at once if it is not needed
    known = live_objects[0].get(identity)
    if known is None:
        known = object.__new__(live_class(name, flags))
        object.__setattr__(known, '_BOND_ask', ask)
        object.__setattr__(known, '_BOND_number', number)
        live_objects[0][identity] = known
    return known


def live_class(name, flags):
    key = name, flags
    if key not in live_classes:
        bases = [kind for flag, kind in (('c', LiveFunction), ('l', LiveSized), ('i', LiveIterable)) if flag in flags]
        kind = type(str(name), tuple(bases + [LiveObject]), {'__slots__': (), '__module__': '_BOND_host'})
        live_classes[key] = kind
    return live_classes[key]


def is_live(value):
    return issubclass(type(value), LiveObject)


def asked(live, *request):
    return object.__getattribute__(live, '_BOND_ask').call(request, request[0] == 'call')


def public(live, name):
    """The name of an attribute, if the host could have it: others are Python's own, which asks for many."""
    if name[:1] == '_':
        raise AttributeError("'%s' of the host has no attribute '%s' here" % (name_of(type(live)), name))
    return name


class LiveObject(object):
    """What every object of the host can do. Names with an underscore in front are never asked for."""
    __slots__ = ('_BOND_ask', '_BOND_number', '__weakref__')

    def __getattr__(self, name):
        found = asked(self, 'get', public(self, name))
        if not found:
            raise AttributeError("'%s' of the host has no attribute '%s' that may be used" % (name_of(type(self)), name))
        return found[0]

    def __setattr__(self, name, value):
        asked(self, 'set', public(self, name), [value])

    def __delattr__(self, name):
        asked(self, 'delete', public(self, name))

    def __getitem__(self, key):
        if type(key) is slice:
            return [self[index] for index in range(*key.indices(len(self)))]
        found = asked(self, 'item', key)
        if not found:
            raise (IndexError if type(key) in INTEGERS else KeyError)(key)
        return found[0]

    def __setitem__(self, key, value):
        asked(self, 'setItem', key, [value])

    def __delitem__(self, key):
        asked(self, 'deleteItem', key)

    def __contains__(self, value):
        return asked(self, 'contains', None, [value])

    __iter__ = None  # or Python would try items from 0 on

    def __repr__(self):
        return '<%s of the host>' % name_of(type(self))

    def __str__(self):
        found = asked(self, 'text')
        return (found[0].encode('utf-8') if PYTHON2 and not speaks_octets else found[0]) if found else repr(self)

    def __dir__(self):
        return sorted(str(name) for name in asked(self, 'names'))

    def __copy__(self, memory=None):
        return self  # there is one, and it is the host's

    __deepcopy__ = __copy__

    def __reduce_ex__(self, protocol):
        raise TypeError('an object of the host cannot be pickled')


class LiveFunction(LiveObject):
    __slots__ = ()

    def __call__(*arguments, **named):  # there may be an argument of the name `self`
        return asked(arguments[0], 'call', None, list(arguments[1:]) + ([named] if named else []))


class LiveSized(LiveObject):
    __slots__ = ()

    def __len__(self):
        return asked(self, 'length')


class LiveIterable(LiveObject):
    __slots__ = ()

    def __iter__(self):
        return iter(asked(self, 'iterate'))


def encode_with_live(value, root, name, error):
    """As `encode`, for a value with objects of the host in it: where those are, stands behind it. If nothing but them is in the way."""
    places = []
    if name is None:
        plain = without_live([value], [], places, ())
        if not places:
            raise error
        return '@[[%s],%s]' % (encode(plain[0], root), to_json(places))
    plain = without_live(list(value[1]), [], places, ())
    if not places:
        raise error
    encoded = encode([value[0], plain], root, name)
    return '%s,%s%s' % (encoded[:-1], encode(places), ',true]' if len(value) > 3 else ']')


def without_live(value, path, places, parents):
    """A copy without the objects of the host, whose places are noted."""
    kind = type(value)
    if is_live(value):
        places.append([path, -object.__getattribute__(value, '_BOND_number'), name_of(kind)])
        return None
    if len(parents) >= 300 or any(value is parent for parent in parents):
        return value
    parents += (value,)
    if kind in LISTS:
        return [without_live(item, path + [index], places, parents) for index, item in enumerate(value)]
    if kind is dict and (PLAIN if extended else frozenset(STRINGS)).issuperset(map(type, value)):
        return dict((key, without_live(item, path + [key], places, parents)) for key, item in value.items())
    return value
