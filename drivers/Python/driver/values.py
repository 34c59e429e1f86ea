# What all protocols need: values as text and back, exactly, or as an error that says where it sits.

written = {}      # blocks of bytes that stand beside a text which has not been sent yet, by number
last_block = 0    # the number of the last one
takes_blocks = False  # the host does
LONG_BYTES = 512      # shorter ones stand in the text
speaks_octets = False  # whether text is octets, in Python 2: the option `text`
unreadable = 'replace'  # what is done with octets that are no text, where there has to be one
extended = False  # whether the protocol is EJSON, which has words for more than JSON
STRINGS, INTEGERS = ((str, unicode), (int, long)) if PYTHON2 else ((str,), (int,))
PLAIN = frozenset(STRINGS + INTEGERS + (float, bool, type(None)))
LISTS = frozenset((list, tuple))
OF_TYPE = {}  # what spells values of exactly one type, where that has been met

# What a class says of itself. Its own attributes may be properties, and fail, so `type` is asked.
name_of, module_of, bases_of, attributes_of = [type.__dict__[name].__get__ for name in ('__name__', '__module__', '__mro__', '__dict__')]


def encode(value, root='result', name=None):
    """JSON text of `value`, in ASCII; what the protocol would change on the way is an error that says where it sits.

    For a call, it is the function and its arguments, and `name` the name of the function."""
    try:
        text = to_json(value)
        if type(value) in PLAIN or is_exact(value if name is None else value[1]) and not (extended and '$' in text and '"$' in text):
            # To look for one character first is faster.
            if '\\' not in text or len(text) > 4096 and is_whole(value) or '\\ud' not in text or not has_halves(value):
                return text
    except Exception:
        pass
    return encode_spelled(value, root, name)


def decode(payload):
    try:
        text = payload.decode('utf-8')
        value = from_json(text)
        return read_all_words(value, text) if extended and '$' in text and '"$' in text else value  # to look for one character first is faster
    except Exception:
        return decode_slowly(payload)
