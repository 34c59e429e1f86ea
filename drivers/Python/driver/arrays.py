#: lazy
# Arrays of several dimensions, and of booleans: numpy's, where the program has loaded it. The driver never does.

def ndarray_word(value, kind):
    """A numpy array in any order of memory, row after row, with the first byte of a number last."""
    if kind == 'b1':
        return {'$ndarray': {'type': 'bool', 'shape': list(value.shape), 'data': {'$binary': binary(value.astype('u1').tobytes())}}}
    content = typed_numpy(value, kind)
    return {'$ndarray': {'type': content['type'], 'shape': list(value.shape), 'data': {'$typedArray': content}}}


def read_ndarray(content):
    shape, is_bool = tuple(content['shape']), content['type'] == 'bool'
    numpy = sys.modules.get('numpy')
    if hasattr(numpy, 'frombuffer'):
        (data,) = content['data'].values()
        memory = memory_at(*data['block']) if 'block' in data else bytearray(bytes_in(data))
        return numpy.frombuffer(memory, 'bool' if is_bool else content['type'].replace('clamped', '')).reshape(shape)
    data = read_words(content['data'])
    items = [byte != 0 for byte in bytearray(data)] if is_bool else list(bytearray(data) if is_bytes(data) else data)
    return nested_lists(items, shape)


def is_bytes(data):
    return isinstance(data, (bytes, bytearray))


def nested_lists(items, shape):
    if len(shape) < 2:
        return items if shape else items[0]
    length = len(items) // shape[0] if shape[0] else 0
    return [nested_lists(items[row * length:(row + 1) * length], shape[1:]) for row in range(shape[0])]
