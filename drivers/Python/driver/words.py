#: lazy
# Reads the words of EJSON.

a2b_base64 = standard('binascii').a2b_base64

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


def read_all_words(value, text):
    value = read_words(value)
    if blocks:
        forget_blocks(text)
    return value


def bytes_in(content):
    return bytes_at(*content['block']) if 'block' in content else a2b_base64(content['base64'])


def read_bytes(content):
    data = bytes_in(content)
    return bytearray(data) if PYTHON2 and not speaks_octets else data if type(data) is bytes else data.tobytes()


def read_date(content):
    return moment_after(int(content['$numberLong']))


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
    code = code_of_items(content['type'])
    data = array_at(*content['block']) if 'block' in content else None
    if getattr(data, 'typecode', None) == code:
        return data
    data = bytes_in(content)
    value = standard('array').array(code)
    if PYTHON2:
        value.fromstring(data if type(data) is bytes else data.tobytes())
    else:
        value.frombytes(data)
    return value


WORDS = {
    '$numberDouble': float, '$binary': read_bytes, '$date': read_date, '$set': read_set, '$map': read_map,
    '$typedArray': read_typed_array, '$ndarray': read_ndarray,
}
