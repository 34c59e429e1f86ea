#: lazy
# Values that plain JSON has no word for, in the words of EJSON, or as an error that says where they sit.

def decode_slowly(payload):
    """Reads also what is out of the ordinary: integers of any length, and white space around."""
    text = ''
    try:
        text = payload.decode('utf-8')
        value = without_limit_of_digits(from_json, text.strip())
        return read_words(value) if extended and '"$' in text else value
    except Exception as error:
        raise _BOND_SerializationException('what the host sent cannot be decoded: %s' % message_of(error))
    finally:
        if blocks:
            forget_blocks(text)


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


class Encoded(object):
    """A result whose text is there already."""

    def __init__(self, text):
        self.text = text


def encode_spelled(value, root, name):
    """As `encode`, for what JSON has no word for, or what cannot cross."""
    if type(value) is Encoded:
        return value.text
    if live_classes and (name is not None or root == 'result'):
        try:
            return encode_slowly(value, root, name)
        except _BOND_SerializationException as error:
            return encode_with_live(value, root, name, error)
    return encode_slowly(value, root, name)


def encode_slowly(value, root, name):
    global last_block
    last_block += 1  # what has been put beside another text is not for this one
    try:
        if name is None:
            return without_limit_of_digits(to_json, spell(value, root, []))
        root = '%s(): args' % name
        return without_limit_of_digits(to_json, [value[0], spell(value[1], root, [])] + value[2:])
    except _BOND_SerializationException:
        raise
    except Exception as error:
        message = message_of(error)
        raise _BOND_SerializationException('%s: %s' % (root, 'is nested too deep' if 'recursion' in message else message))


def spell(value, path, parents):
    """What stands for `value` in JSON; what the protocol has no word for is an error that says where it sits."""
    kind = type(value)
    if kind in PLAIN or is_plain_subclass(kind):
        if issubclass(kind, STRINGS):
            return spell_text(value, path)
        if issubclass(kind, float):
            number = float.__pos__(value)
            return number if number - number == 0 else word(path, number, '$numberDouble', NOT_FINITE[repr(number)])
        return value if kind in PLAIN else whole(value)
    if any(value is parent for parent in parents):
        refuse(path, 'refers to itself')
    if len(parents) > 400:
        refuse(path[:200], 'is nested too deep')
    parents.append(value)
    spelled = spell_dict(value, path, parents) if issubclass(kind, dict) else spell_items(value, path, parents)
    parents.pop()
    return spelled


def whole(value):
    """The integer that an instance of a subclass holds."""
    for kind in INTEGERS:
        if isinstance(value, kind):
            return kind.__add__(value, 0)


NOT_FINITE = {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}


def pairs_of(value):
    kind = type(value)
    return list(kind.items(value) if not has_own_reading(kind) else dict.items(value))


def spell_dict(value, path, parents):
    pairs = pairs_of(value)
    if all(is_text(key) for key, _ in pairs):
        spelled = dict((escaped(spell_text(key, path)), spell(item, below(path, key), parents)) for key, item in pairs)
        if len(spelled) != len(pairs):
            refuse(path, 'two of its keys are the same text')
        return spelled
    if not extended:
        odd = [key for key, _ in pairs if not is_text(key)]
        refuse(path, 'the key %s is not a string' % shown(odd[0]))
    entries = [[spell(key, path, parents), spell(item, '%s[%s]' % (path, shown(key)), parents)] for key, item in pairs]
    check_distinct([key for key, _ in entries], path)
    return {'$map': entries}


def is_text(key):
    return issubclass(type(key), STRINGS) and is_plain_subclass(type(key)) and not (PYTHON2 and is_binary(key))


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
    if kind in OF_TYPE:
        return OF_TYPE[kind](value, path)
    if kind not in LISTS and is_a(kind, 'enum', 'Enum'):
        return word(path, value)
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
        return word(path, value, '$binary', binary(value if type(value) is bytes and not PYTHON2 else memoryview(value).tobytes()))
    if is_a(kind, 'datetime', 'datetime') and not is_a(kind, 'pandas', 'NaTType'):
        return spell_moment(value, path)
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


def escaped(key):
    return '$' + key if extended and key[:1] == '$' else key


def below(path, key):
    return path + ('.' + key if is_name(key) else '[%s]' % to_json(key))


def is_name(text):
    if not PYTHON2:
        return text.isidentifier()
    text = text.replace('_', 'a')
    return text.isalnum() and not text[0].isdigit() and all(ord(letter) < 128 for letter in text)
