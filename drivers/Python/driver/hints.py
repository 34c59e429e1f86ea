#: lazy
# What to write instead, for values that cannot cross and code that is no expression.

def advice_for(value, path):
    """What to do about a value that has no word, perhaps because it has several forms that the host might want."""
    kind = type(value)
    if is_a(kind, 'numpy', 'ndarray') or is_a(kind, 'numpy', 'generic'):
        return 'send its .tolist(), or .filled()' if is_a(kind, 'numpy', 'MaskedArray') else advice_for_numpy(value)
    for base in sorted(bases_of(kind), key=lambda base: name_of(base) != 'Enum'):  # it says more than bytes, say
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


COROUTINE = 'it comes from an async def: await it there, and send the result'


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
    ('decimal.Decimal fractions.Fraction', 'send str() or float() of it, or convert all by presets.Python.numbers()'),
    ('uuid.UUID pathlib.PurePath datetime.tzinfo', 'send str() of it'),
    ('pandas.NaTType pandas.NAType', 'send None in its place, or convert all by presets.Python.pandas()'),
    ('datetime.timedelta', 'send its .total_seconds()'),
    ('datetime.date datetime.time', 'send its .isoformat()'),
    ('builtins.range builtins.xrange builtins.dict_keys builtins.dict_values builtins.dict_items builtins.set builtins.frozenset '
     'collections.deque', 'send list() of it'),
    ('builtins.mappingproxy collections.UserDict collections.ChainMap os._Environ', 'send dict() of it'),
    ('collections.UserList', 'send list() of it'),
    ('collections.UserString', 'send str() of it'),
    ('builtins.bytes builtins.bytearray', 'send its .decode(), or its .hex()'),
    ('builtins.memoryview', 'send its .tolist()'),
    ('array.array torch.Tensor', 'send its .tolist()'),
    ('pandas.Series pandas.Index', 'send its .tolist(), or convert all by presets.Python.pandas()'),
    ('pandas.DataFrame', "send its .to_dict('records'), or convert all by presets.Python.pandas()"),
    ('polars.DataFrame', 'send its .to_dicts()'),
    ('polars.Series', 'send its .to_list()'),
) for name in names.split(' '))


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


def is_block(code):
    try:
        return compile(code, '<eval>', 'exec', 0, True) is not None and code.strip() != ''
    except Exception:
        return False
