#: lazy
# Texts with halves of surrogate pairs, and those of Python 2.

def spell_text(value, path):
    """A text. Bytes of Python 2 are one as long as they are UTF-8."""
    if PYTHON2:
        if is_binary(value):
            return word(path, value, '$binary', binary(value))
        if isinstance(value, text_type) and is_torn(value):
            refuse(path, 'two halves of a surrogate pair side by side would arrive as one character')
        return str.decode(value, 'utf-8') if isinstance(value, str) else value
    text = str.__getitem__(value, slice(None))
    if is_torn(text):
        refuse(path, 'two halves of a surrogate pair side by side would arrive as one character: '
                     'send its .encode("utf-16", "surrogatepass").decode("utf-16")')
    return text


def is_binary(text):
    """Whether a string of Python 2 is not UTF-8."""
    try:
        return isinstance(text, str) and (str.decode(text, 'utf-8') is None or has_encoded_half(text))
    except UnicodeDecodeError:
        return True


def has_encoded_half(octets):
    """Whether half of a surrogate pair is in what Python 2 takes for UTF-8."""
    return any(part[:1] > '\x9f' for part in octets.split('\xed')[1:])


def is_torn(text):
    """Whether two halves of one character stand side by side."""
    if PYTHON2:
        return sys.maxunicode > 0xffff and any(
            u'\ud800' <= first < u'\udc00' <= second < u'\ue000' for first, second in zip(text, text[1:]))
    try:
        text.encode('utf-8')
        return False  # there are no halves at all
    except UnicodeEncodeError:
        return text.encode('utf-16', 'surrogatepass').decode('utf-16', 'surrogatepass') != text


def is_whole(value):
    """Whether it is a text without halves, as far as an encoding that refuses them tells; that is a fifth of looking through its JSON."""
    try:
        return type(value) is text_type and value.encode('latin-1' if PYTHON2 else 'utf-16') is not None
    except UnicodeError:
        return False


def has_halves(value):
    """Whether such halves are in a value that has been written as JSON."""
    global to_raw_json
    if PYTHON2:
        return has_halves_in(value)
    if to_raw_json is None:
        to_raw_json = standard('json').JSONEncoder(ensure_ascii=False, check_circular=False).encode
    return is_torn(to_raw_json(value))


def has_halves_in(value):
    """The same in Python 2."""
    kind = type(value)
    if issubclass(kind, STRINGS):
        return (has_encoded_half if issubclass(kind, str) else is_torn)(value)
    if issubclass(kind, dict):
        return any(has_halves_in(part) for part in chain.from_iterable(value.items()))
    return issubclass(kind, (list, tuple)) and any(map(has_halves_in, value))


to_raw_json = None
