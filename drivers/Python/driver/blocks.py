#: lazy
# Many bytes, which cross beside the text that names them: in blocks.

# What names a block in a text, in which users' keys with a `$` are escaped; an old Python writes the type where it likes.
NAMES = ['"$binary":{"block":[%d,', '"$typedArray":{"block":[%d,'] + [
    '"$typedArray":{"type":"' + name + '","block":[%d,' for name in 'int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64'.split()]
direct = io.FileIO(descriptor, closefd=False)
SMALL = 2 ** 15   # what is shorter is joined with what is beside it


def feed_with_blocks(portion):
    """As `feed`, where bytes are among the lines: they may look like lines."""
    global block
    start = 0
    while start < len(portion):
        if block is not None:
            count = min(len(block), len(portion) - start)
            block[:count] = portion[start:start + count]
            block = block[count:] if count < len(block) else None
            start += count
            continue
        end = portion.find(b'\n', start)
        partial.append(portion[start:end if end >= 0 else None])
        if end < 0:
            return
        line = b''.join(partial)
        del partial[:]
        start = end + 1
        if line.startswith(b'BYTES '):
            begin_block(*line.split(b' ')[2:])
        else:
            lines.append(line)


def read_block():
    """Reads more of a block, right to where it belongs; False at the end. No handler of a signal runs meanwhile: what has been read is noted."""
    global block
    try:
        count = direct.readinto(block)
    except EnvironmentError as error:
        wait_or_raise(error, [descriptor], [])
        return True
    if count is None:
        select([descriptor], [], [])
        return True
    block = block[count:] if count < len(block) else None
    return count > 0


def begin_block(*heading):
    global block
    if depth == 1 and not lines and not aside and switched is None:
        blocks.clear()  # of messages that nobody has read
    block = new_block(*heading)


def new_block(number, length, items=b''):
    """Room for a block, as a view. In CPython 3, it becomes `bytes` or an array without a copy: fresh memory takes longer than to read into it."""
    data = blocks[int(number)] = room_for(int(length), items.decode('ascii'))
    return view_of(data)


def room_for(length, items):
    if PYTHON2 or PYPY:
        return bytearray(length)
    if not items:
        return io.BytesIO(bytes(length))
    item = standard('array').array(code_of_items(items), [0])
    return item * (length // item.itemsize)


def view_of(data):
    return data.getbuffer() if hasattr(data, 'getbuffer') else memoryview(data) if PYTHON2 or PYPY else memoryview(data).cast('B')


def widen(pipe):
    """More of a block fits into the pipe from the host: both sides wait less often. Not as much as possible, as the pipes of a user share a limit."""
    try:
        standard('fcntl').fcntl(pipe, 1031, 2 ** 18)  # F_SETPIPE_SZ; Python 3.9 has no name for it
    except Exception:
        pass  # no pipe, another system, or the limit is reached


widen(descriptor)


def bytes_at(number, start, length):
    """Bytes of a block: a view, or `bytes` if they are all of it and that takes no copy. It would take one while there is a view."""
    data = block_with(number, start, length)
    return data.getvalue() if hasattr(data, 'getvalue') and length == len(view_of(data)) else view_of(data)[start:start + length]


def array_at(number, start, length):
    """The array that a block is, if it is one, and no more of it is meant."""
    data = block_with(number, start, length)
    return data if hasattr(data, 'typecode') and length == len(data) * data.itemsize else None


def memory_at(number, start, length):
    """Bytes of a block in memory that can be changed, without a copy if they are all of it."""
    view = view_of(block_with(number, start, length))
    return view if length == len(view) and not PYTHON2 else bytearray(view[start:start + length].tobytes())


def block_with(number, start, length):
    if number not in blocks or start + length > len(view_of(blocks[number])):
        raise ValueError('block %d has no %d bytes at %d' % (number, length, start))
    return blocks[number]


def is_named(number, text):
    return any(name % number in text for name in NAMES)


def forget_blocks(text):
    """What names them has been read."""
    for number in list(blocks):
        if is_named(number, text):
            del blocks[number]


def beside(data):
    """The place of bytes that are sent beside the text."""
    given = written.setdefault(last_block, [0])
    start = given[0]
    given[0] += len(data)
    given.append(data)
    return [last_block, start, len(data)]


def say_blocks(message):
    """Sends the bytes that a message names."""
    for number in list(written):
        if is_named(number, message):
            say_block(number, *written.pop(number))


def say_block(number, size, *chunks):
    heading = ('%d %d\n' % (number, size)).encode('ascii')
    if bulk:
        write_all(protocol_out, announced_block + heading)
        for chunk in joined(chunks):
            write_all(bulk, chunk)
        return
    write_all(protocol_out, block_begin + heading)
    room = piece_size - len(str(piece_size))
    for chunk in joined(chunks):
        start = write_pieces(block_heading(room), chunk, room, b'')
        if start < len(chunk):
            write_all(protocol_out, block_heading(len(chunk) - start) + memoryview(chunk)[start:].tobytes())


def block_heading(length):
    return block_piece + str(length).encode('ascii') + b'\n'


def joined(chunks):
    """The same bytes, in pieces that are not short."""
    short, size = [], 0
    for chunk in chunks:
        if len(chunk) > SMALL:
            if short:
                yield b''.join(short)
            short, size = [], 0
            yield memoryview(chunk)
        else:
            short.append(chunk)
            size += len(chunk)
            if size > SMALL:
                yield b''.join(short)
                short, size = [], 0
    if short:
        yield b''.join(short)
