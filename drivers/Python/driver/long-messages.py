#: lazy
# Writes long messages: by the second way, or in pieces.

def say_long(message):
    """Sends it by the second way, or in pieces."""
    if bulk:
        write_all(protocol_out, announcement + str(len(message)).encode('ascii') + b'\n')
        return write_all(bulk, message.encode('ascii'))
    text = message.encode('ascii')
    start = write_pieces(more_pieces, text, piece_size, b'\n')
    write_all(protocol_out, last_piece + text[start:] + b'\n')


def write_pieces(heading, data, room, ending):
    """Writes data in pieces of this size, up to what is less; returns where that begins. Linux fills a pipe page by page, and other processes
    come between pages only: of pieces that are a page each, many can be written at once."""
    view, end = memoryview(data), len(data) // room * room
    size = room * (16 if PIECE == 4096 and sys.platform.startswith('linux') else 1)
    for start in range(0, end, size):
        pieces = [view[place:place + room].tobytes() for place in range(start, min(start + size, end), room)]
        write_all(protocol_out, heading + (ending + heading).join(pieces) + ending)
    return end


def write_all(descriptor, data):
    done = 0
    while done < len(data):
        try:
            done += write(descriptor, memoryview(data)[done:])
        except EnvironmentError as error:
            wait_or_raise(error, [], [descriptor])
