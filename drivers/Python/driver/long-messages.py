#: lazy
# Writes long messages: by the second way, or in pieces.

def say_long(message):
    """Sends it by the second way, or in pieces."""
    if bulk:
        write_all(protocol_out, announcement + str(len(message)).encode('ascii') + b'\n')
        return write_all(bulk, message.encode('ascii'))
    for start in range(0, len(message), piece_size):
        kind = more_pieces if start + piece_size < len(message) else last_piece
        write_all(protocol_out, kind + message[start:start + piece_size].encode('ascii') + b'\n')


def write_all(descriptor, data):
    done = 0
    while done < len(data):
        try:
            done += write(descriptor, memoryview(data)[done:])
        except EnvironmentError as error:
            wait_or_raise(error, [], [descriptor])
