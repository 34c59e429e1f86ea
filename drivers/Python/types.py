def _BOND_types(name):
    """What there is in a module, by its annotations. It is imported, which runs it."""
    import sys
    if sys.version_info < (3, 8):
        raise RuntimeError('types need Python 3.8 or later')

    import collections.abc
    import datetime
    import enum
    import importlib
    import importlib.util
    import inspect
    import os
    import types
    import typing

    abc = collections.abc
    path = os.path.abspath(name)
    PLAIN = {
        None: 'null', type(None): 'null', bool: 'boolean', int: 'number', float: 'number', str: 'string',
        bytes: 'Uint8Array', bytearray: 'Uint8Array', memoryview: 'Uint8Array', datetime.datetime: 'Date',
        object: 'unknown', typing.Any: 'unknown', typing.NoReturn: 'never', list: 'Array', tuple: 'Array',
        dict: 'Record<string, unknown> | Map<unknown, unknown>', set: 'Set', frozenset: 'Set',
    }
    LISTS = (list, abc.Sequence, abc.MutableSequence)
    SETS = (set, frozenset, abc.Set, abc.MutableSet)
    MAPPINGS = (dict, collections.defaultdict, collections.OrderedDict, abc.Mapping, abc.MutableMapping)
    ITERABLES = (abc.Iterable, abc.Collection, abc.Iterator, abc.Reversible)

    def load():
        if not os.path.isfile(path):
            return importlib.import_module(name), 'import %s' % name
        stem = os.path.splitext(os.path.basename(path))[0]
        if stem == '__init__':
            stem = os.path.basename(os.path.dirname(path))
            folder = os.path.dirname(os.path.dirname(path))
        else:
            folder = os.path.dirname(path)
        shown = folder if os.path.isabs(name) else os.path.relpath(folder)
        if not stem.isidentifier():
            raise ImportError('%s cannot be imported: its name is no identifier' % os.path.basename(path))
        sys.path.insert(0, folder)
        return importlib.import_module(stem), 'import sys; sys.path.insert(0, %r); import %s' % (shown, stem)

    module, code = load()

    def is_of_module(thing):
        own = module.__name__
        return getattr(thing, '__module__', None) in (own, '_' + own)  # half of bisect is _bisect, in C

    public = getattr(module, '__all__', None)
    if public is None:
        public = [key for key, value in vars(module).items() if not key.startswith('_') and is_of_module(value)]
    things = [(key, getattr(module, key)) for key in public if hasattr(module, key)]
    classes = [
        (key, value) for key, value in things
        if isinstance(value, type) and not issubclass(value, (BaseException, enum.Enum))
    ]
    known = dict((value, key) for key, value in classes)

    def is_record(kind):
        return isinstance(kind, type) and issubclass(kind, dict) and hasattr(kind, '__total__')

    def is_optional(kind, name):
        optional = getattr(kind, '__optional_keys__', None)  # 3.8 has none
        return name in optional if optional is not None else not kind.__total__

    def union(args, is_parameter):
        return ' | '.join('(%s)' % spell(each, is_parameter) for each in args)

    def literal(value):
        if value is None or isinstance(value, bool):
            return {None: 'null', True: 'true', False: 'false'}[value]
        if isinstance(value, enum.Enum) or not isinstance(value, (int, str)):
            return 'Opaque'
        if isinstance(value, int):
            return str(value)
        return "'%s'" % value if "'" not in value and '\\' not in value and value.isprintable() else 'string'

    def spell(annotation, is_parameter):
        """A type as TypeScript writes it, with names of classes, and `Opaque` for what cannot cross."""
        if annotation is inspect.Signature.empty:
            return 'unknown'
        if isinstance(annotation, (str, typing.ForwardRef)):
            text = getattr(annotation, '__forward_arg__', annotation)
            return known.get(getattr(module, text, None) if text.isidentifier() else None, 'unknown')
        try:
            if annotation in PLAIN:
                return PLAIN[annotation]
            if annotation in known:
                return known[annotation]
        except TypeError:
            return 'unknown'
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is None:
            return spell_name(annotation, is_parameter)
        return spell_generic(annotation, origin, args, is_parameter)

    def spell_name(annotation, is_parameter):
        if isinstance(annotation, typing.TypeVar):
            if annotation.__constraints__:
                return union(annotation.__constraints__, is_parameter)
            return spell(annotation.__bound__, is_parameter) if annotation.__bound__ else 'unknown'
        if hasattr(annotation, '__supertype__'):
            return spell(annotation.__supertype__, is_parameter)
        if getattr(annotation, '_name', None) == 'Self':
            return 'this'
        if annotation in ITERABLES:
            return 'Iterable'
        if annotation in (abc.Callable, typing.Callable, types.FunctionType):
            return 'Function'
        if getattr(annotation, '_name', None) in ('LiteralString',):
            return 'string'
        if getattr(annotation, '_name', None) == 'Never':
            return 'never'
        if is_record(annotation):
            return 'Record<string, unknown>'
        if is_array(annotation):
            return 'NumpyArray'
        return 'Opaque' if isinstance(annotation, type) and not takes_plain(annotation) else 'unknown'

    def is_array(kind):
        numpy = sys.modules.get('numpy')
        return numpy is not None and kind is getattr(numpy, 'ndarray', None)

    def takes_plain(kind):
        """Whether values that cross are of an abstract class: `Hashable`, say."""
        try:
            return any(issubclass(plain, kind) for plain in (int, float, str, bytes, list, dict))
        except TypeError:
            return True

    def spell_generic(annotation, origin, args, is_parameter):
        inner = [spell(each, is_parameter) for each in args if each is not Ellipsis and not isinstance(each, list)]
        first = inner[0] if inner else 'unknown'
        if origin is typing.Union or origin is getattr(types, 'UnionType', None):
            return union(args, is_parameter)
        if origin is typing.Literal:
            return ' | '.join(literal(each) for each in args)
        if origin is tuple and args and args[-1] is not Ellipsis:
            return '[%s]' % ', '.join(inner) if inner != ['unknown'] or args != ((),) else '[]'
        if origin in LISTS or origin is tuple:
            return 'Array<%s>' % first
        if origin in SETS:
            return 'Set<%s>' % first
        if origin in MAPPINGS:
            second = inner[1] if len(inner) > 1 else 'unknown'
            return 'Record<string, %s>' % second if first == 'string' else 'Map<%s, %s>' % (first, second)
        if origin in ITERABLES:
            return 'Iterable<%s>' % first
        if origin is abc.Callable:
            return spell_callable(args)
        if is_array(origin):  # numpy.typing.NDArray[numpy.float64]
            return known.get(origin, 'NumpyArray')
        if origin is typing.ClassVar or origin is getattr(typing, 'Final', None) or hasattr(annotation, '__metadata__'):
            return first
        if getattr(origin, '_name', None) in ('Required', 'NotRequired'):
            return first
        return known.get(origin, 'unknown' if takes_plain(origin) else 'Opaque')

    def spell_callable(args):
        if not args or not isinstance(args[0], list):
            return '(...args: unknown) => %s' % (spell(args[-1], True) if args else 'unknown')
        parameters = ', '.join('arg%d: %s' % (index, spell(each, False)) for index, each in enumerate(args[0]))
        return '(%s) => %s' % (parameters, spell(args[1], True))

    def hints_of(thing):
        try:
            return typing.get_type_hints(thing)
        except Exception:
            annotations = getattr(thing, '__annotations__', None) or {}
            return dict((key, resolved(value)) for key, value in annotations.items())

    def resolved(annotation):
        try:
            return eval(annotation, vars(module)) if isinstance(annotation, str) else annotation
        except Exception:
            return annotation

    def doc_of(thing):
        return inspect.getdoc(thing) or '' if isinstance(getattr(thing, '__doc__', None), str) else ''

    def one(name, thing, doc, hints, is_bound=False):
        try:
            parameters = list(inspect.signature(thing).parameters.values())
        except (ValueError, TypeError):
            return {'name': name, 'doc': doc, 'parameters': None, 'returns': returned(thing, hints)}
        if is_bound:
            parameters = parameters[1:]
        listed = [aspect(each, hints) for each in parameters if each.kind is not each.VAR_KEYWORD]
        takes_names = len(listed) == len(parameters)
        if not takes_names:
            doc += '\n\nTakes further arguments by name: `kwargs`.'
        return {'name': name, 'doc': doc, 'parameters': listed, 'returns': returned(thing, hints), 'takesNames': takes_names}

    def aspect(parameter, hints):
        kind = 'plain' if parameter.default is parameter.empty else 'optional'
        if parameter.kind is parameter.VAR_POSITIONAL:
            kind = 'rest'
        if parameter.kind is parameter.KEYWORD_ONLY:
            kind = 'named' if kind == 'plain' else 'optional-named'
        notes = ['by name'] if parameter.kind is parameter.KEYWORD_ONLY else []
        if parameter.default is not parameter.empty:
            notes.append('by default %s' % shown(parameter.default))
        return {
            'name': parameter.name,
            'type': spell(hints.get(parameter.name, parameter.annotation), True) if parameter.name in hints else '',
            'kind': kind,
            'note': '; '.join(notes),
            'isPositional': parameter.kind is parameter.POSITIONAL_ONLY,
        }

    def shown(value):
        text = repr(value)
        return '`%s`' % text if len(text) < 60 and ' at 0x' not in text else 'something else'

    def returned(thing, hints):
        if inspect.isgeneratorfunction(thing) or inspect.isasyncgenfunction(thing):
            return 'Opaque'
        return spell(awaited(hints['return']), False) if 'return' in hints else ''

    def awaited(annotation):
        """What a call resolves to: what can be awaited is awaited."""
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        if isinstance(origin, type) and issubclass(origin, abc.Awaitable) and args:
            return args[-1]
        return annotation

    def is_function(thing):
        return callable(thing) and not isinstance(thing, type)  # numpy has functions that are objects

    def constant(key, value):
        return {'name': key, 'type': PLAIN.get(type(value), 'unknown'), 'doc': '', 'optional': False}

    def members(kind):
        for key in dir(kind):
            if not key.startswith('_'):
                yield key, inspect.getattr_static(kind, key)

    def describe_class(key, kind):
        hints = hints_of(kind)
        own = module.__name__ + '.' + key
        methods, properties = [], []
        for name, static in members(kind):
            if isinstance(static, property):
                hint = hints_of(static.fget).get('return') if static.fget else None
                type_ = spell(hint, False) if hint is not None else ''
                properties.append({'name': name, 'type': type_, 'doc': doc_of(static), 'optional': False})
            elif is_function(static) and not isinstance(static, (staticmethod, classmethod)) and not is_record(kind):
                methods.append(one(name, static, doc_of(static), hints_of(static), True))
        named = set(each['name'] for each in properties)
        for name, hint in hints.items():
            if not name.startswith('_') and name not in named and typing.get_origin(hint) is not typing.ClassVar:
                optional = is_record(kind) and is_optional(kind, name)
                properties.append({'name': name, 'type': spell(hint, False), 'doc': '', 'optional': optional})
        construct = None if inspect.isabstract(kind) else one(own, kind, '', hints_of(kind.__init__) or hints)
        doc = doc_of(kind) if isinstance(kind.__dict__.get('__doc__'), str) else ''
        if doc.startswith(kind.__name__ + '('):
            doc = ''  # what a dataclass says of itself is its signature
        record = bool(is_record(kind))
        return {'name': key, 'doc': doc, 'isRecord': record, 'constructs': construct, 'methods': methods, 'properties': properties}

    def of_class(key, kind):
        for name, static in members(kind):
            if isinstance(static, (staticmethod, classmethod)) and not is_record(kind):
                bound = getattr(kind, name)
                yield one('%s.%s.%s' % (module.__name__, key, name), bound, doc_of(bound), hints_of(bound))

    functions = [
        one('%s.%s' % (module.__name__, key), value, doc_of(value), hints_of(value))
        for key, value in things if is_function(value)
    ]
    constants = [constant(*each) for each in things if not callable(each[1])]
    for key, kind in classes:
        functions.extend(of_class(key, kind))
    return {
        'load': code,
        'module': module.__name__,
        'functions': functions,
        'classes': [describe_class(*each) for each in classes],
        'constants': constants,
    }
