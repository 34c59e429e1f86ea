#: lazy
# Bytes, and arrays of numbers, those of numpy too.

b2a_base64 = standard('binascii').b2a_base64


def binary(data):
    if takes_blocks and len(data) >= LONG_BYTES and get_ident() == main_thread:
        return {'block': beside(data)}
    return {'base64': base64_of(data), 'subType': '00'}


def base64_of(data):
    return b2a_base64(data).decode('ascii').strip()


TYPES = {'i1': 'int8', 'u1': 'uint8', 'i2': 'int16', 'u2': 'uint16', 'i4': 'int32', 'u4': 'uint32', 'i8': 'int64', 'u8': 'uint64',
         'f4': 'float32', 'f8': 'float64'}


def type_of_items(typecode, size):
    return TYPES.get(('f' if typecode in 'fd' else 'u' if typecode.isupper() else 'i') + str(size))


def code_of_items(name):
    """The type code of an array, for its name in a word."""
    new = standard('array').array
    name = name.replace('clamped', '')
    return [code for code in ('bBhHiIlLfd' if PYTHON2 else 'bBhHiIqQfd') if type_of_items(code, new(code).itemsize) == name][0]


def typed_array(value, path):
    if value.typecode not in 'bBhHiIlLqQfd':
        refuse(path, 'an array of characters cannot be carried: send its .tounicode()')
    return packed(type_of_items(value.typecode, value.itemsize), value.tostring() if PYTHON2 else memoryview(value).cast('B'))


def packed(name, data):
    if takes_blocks and len(data) >= LONG_BYTES and get_ident() == main_thread:
        return {'block': beside(data), 'type': name}
    return {'type': name, 'base64': base64_of(data)}


def spell_numpy(value, path, parents):
    kind = value.dtype.kind + str(value.dtype.itemsize)
    if is_a(type(value), 'numpy', 'MaskedArray'):
        return word(path, value)
    if value.ndim == 0 and (kind in TYPES or kind in ('f2', 'b1') or kind[0] in 'US'):
        return spell(value.item(), path, parents)
    if value.ndim == 1 and kind in TYPES:
        return word(path, value, '$typedArray', typed_numpy(value, kind) if extended else None)
    if extended and value.ndim and (kind in TYPES or kind == 'b1'):
        return ndarray_word(value, kind)
    return word(path, value)


def typed_numpy(value, kind):
    return packed(TYPES[kind], bytes_of_array(value, '<' + kind))


def bytes_of_array(value, dtype):
    """The items one behind the other, as they lie in memory if they do so there."""
    if not PYTHON2 and not PYPY and value.nbytes and value.flags.c_contiguous and value.dtype == dtype:
        return memoryview(value).cast('B')
    return value.astype(dtype).tobytes()
