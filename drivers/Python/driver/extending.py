#: lazy
# Classes below one that is here, whose methods are functions of the host.

extended_classes = {}  # weak references to those classes, by the host's keys for them, once there is one
NOT_ON_INSTANCES = '__new__', '__init_subclass__', '__class_getitem__'
AWAITED = 0x180  # flags of the code of what is awaited: of `async def`, and of what types.coroutine has marked
ASYNC_ITERATED = 0x200
ASYNC = '''
if True:
    def async_method(function, name):
        async def method(*arguments, **named):
            result = await call_awaited(name, (Kept(arguments[0]),) + arguments[1:], named, function, encode_holding)
            return await result if is_awaitable(result) else result
        return method

    def async_iteration(function, name):
        async def method(*arguments, **named):
            for item in call_method(function, name, arguments, named):
                yield item
        return method
'''


def _BOND_extend(key, base, name, members):
    """Makes a class, and holds it."""
    if type(base) in STRINGS:
        base = class_named(base)
    if not isinstance(base, type) and type(base).__name__ != 'classobj':
        raise TypeError('a value of type %s cannot be extended: it is not a class' % class_name(type(base)))
    refuse_final(base, class_name(base))
    place, own_name = place_of(name) if name is not None else (None, 'Extended' + base.__name__)
    body = body_of(base, members, own_name)
    body['__module__'] = getattr(place, '__name__', '__main__') if place is not None else '_BOND_host'
    kind = made_class(own_name, base, body)
    missing = sorted(getattr(kind, '__abstractmethods__', ()))
    if missing:
        raise TypeError('%s has abstract methods that you have to define: %s' % (class_name(base), ', '.join(missing)))
    if not extended_classes:
        extended_classes[0] = standard('weakref').WeakValueDictionary()
    extended_classes[0][key] = kind
    if place is not None:
        setattr(place, own_name, kind)
    return _BOND_hold(kind)


def class_named(text):
    """The class of that name, of which modules are imported if need be; or what an expression comes to."""
    steps = text.split('.')
    is_path = len(steps) > 1 and all(is_name(step) for step in steps) and not hasattr(builtins, steps[0])
    return find_place(steps) if is_path else evaluate(text)


def place_of(name):
    """Where a class of that name belongs, and the last part of the name."""
    steps = name.split('.')
    if not all(is_name(step) and step not in standard('keyword').kwlist for step in steps):
        raise NameError('%r is not a valid name for a class' % str(name))
    place = find_place(steps[:-1]) if len(steps) > 1 else main_module
    if hasattr(place, steps[-1]):
        raise NameError('the name %s is taken: give the class another name' % name)
    return place, str(steps[-1])


def refuse_final(value, name):
    """Refuses what typing.final has marked."""
    if getattr(value, '__dict__', {}).get('__final__') is True:
        raise TypeError('%s is final: it cannot be extended' % name)


def made_class(name, base, body):
    if PYTHON2:
        is_old = not isinstance(base, type)
        return (type if is_old else type(base))(str(name), (base, object) if is_old else (base,), body)

    def fill(names):
        for member, value in body.items():  # a metaclass may watch what is put there
            names[member] = value
    return standard('types').new_class(name, (base,), {}, fill)


def body_of(base, members, own_name):
    body = {}
    for kind, name, value in members:
        if not is_name(name):
            raise NameError('%r is not a valid name for a method' % str(name))
        name, declared = str(name), declared_in(base, name)
        if kind == 'value':
            body[name] = value
            continue
        where = '%s.%s' % (class_name(base), name)
        if name in NOT_ON_INSTANCES or isinstance(declared, (staticmethod, classmethod)):
            raise TypeError('%s is static: a function of the host is called on instances' % where)
        refuse_final(getattr(declared, 'fget', declared), where)
        if kind in ('get', 'set'):
            body[name] = property_with(kind, name, value, body.get(name) or declared)
        else:
            body[name] = named_like(method_of(base, kind, name, value, declared), name, own_name)
    return body


def declared_in(base, name):
    for kind in getattr(base, '__mro__', None) or standard('inspect').getmro(base):
        if name in kind.__dict__:
            return kind.__dict__[name]
    return None


def named_like(method, name, own_name):
    method.__name__ = name
    method.__qualname__ = '%s.%s' % (own_name, name)
    method.__module__ = '_BOND_host'
    return method


def method_of(base, kind, name, function, declared):
    """A method that is awaited, if that of the base is; if there is none, if it is async for the host, and the base has others."""
    flags = flags_of(declared)
    is_awaited = flags & AWAITED if declared is not None else kind == 'async' and awaits(base)
    if is_awaited or flags & ASYNC_ITERATED:
        if 'async_method' not in world:
            run('extending', ASYNC)
        return (async_method if is_awaited else async_iteration)(function, name)
    if name == '__iter__':
        return lambda self: iter(call_method(function, name, (self,)))
    if name == '__del__':  # the host cannot be called while it lets go of an object, nor at the end
        return lambda self: call_method(function, name, (self,)) if busy else None

    def method(*arguments, **named):
        return call_method(function, name, arguments, named)
    return method


def call_method(function, name, arguments, named=None):
    """Calls a function of the host; its first argument is the instance."""
    return call_host(name, (Kept(arguments[0]),) + arguments[1:], named, function, encode_holding, False)


def flags_of(declared):
    return getattr(getattr(declared, '__code__', None), 'co_flags', 0)


def awaits(base):
    return any(flags_of(value) & AWAITED for kind in base.__mro__ for value in kind.__dict__.values())


def property_with(kind, name, function, known):
    """A property with one more function; what is not given is that of the base."""
    getter, setter, deleter = (known.fget, known.fset, known.fdel) if isinstance(known, property) else (None, None, None)
    if kind == 'get':
        def getter(self):
            return call_method(function, name, (self,))
    else:
        def setter(self, value):
            call_method(function, name, (self, value))
    return property(getter, setter, deleter)


def _BOND_raise(error):
    """Throws again what was thrown here, since a function of the host has not caught it."""
    raise error


def _BOND_super(instance, key):
    """What is above a class, for an instance of it."""
    return super(extended_classes[0][key], instance)
