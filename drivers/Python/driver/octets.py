#: lazy
# The option `text: 'bytes'` in Python 2, for programs that never decode: what the host sends arrives as `str`, the octets of UTF-8.
# See docs/decisions/text-bytes.md.

BOM = b'\xef\xbb\xbf'  # has Python read code as a source with `# coding: utf-8`, and lets that line stand in it


def speak_octets():
    """Puts octets in the place of characters, wherever text is read."""
    global speaks_octets, unreadable
    speaks_octets = True
    unreadable = '_BOND_escapes'
    __import__('_codecs').register_error(unreadable, escape_octets)
    world.update(decode=decode_octets, compile=compile_octets)


def escape_octets(error):
    """What has to be text, such as a message, has an escape for each octet that is no part of UTF-8."""
    return u''.join(u'\\x%02x' % ord(octet) for octet in error.object[error.start:error.end]), error.end


def compile_octets(code, *more):
    return compile_file(BOM + code if type(code) is str else code, *more)


def decode_octets(payload):
    """As `decode`: what is read as characters becomes octets, before words are read: bytes are those already."""
    try:
        text = payload.decode('utf-8')
        value = octets_in(from_json(text.strip()))
        return read_words(value) if extended and '"$' in text else value
    except Exception as error:
        raise _BOND_SerializationException('what the host sent cannot be decoded: %s' % message_of(error))


def octets_in(value):
    kind = type(value)
    if kind is text_type:
        octets = value.encode('utf-8')
        if has_encoded_half(octets):
            raise ValueError('half of a surrogate pair has no octets')
        return octets
    if kind is list:
        return [octets_in(item) for item in value]
    if kind is dict:
        return dict((octets_in(key), octets_in(item)) for key, item in value.items())
    return value
