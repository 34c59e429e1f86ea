# Reads and writes plain JSON, in C where that can be had.

class PlainJSON(object):
    """What the reader in C wants to know: that nothing is out of the ordinary."""

    strict = True
    encoding = 'utf-8'
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def refuse_kind(value):
    raise TypeError(type(value).__name__)


def json_in_c():
    """A reader and a writer, made once, and not for each value as by `json`."""
    from _json import encode_basestring_ascii, make_encoder, make_scanner

    def writer(seen):
        return make_encoder(seen, refuse_kind, encode_basestring_ascii, None, ':', ',', False, False, False)

    scan, write = make_scanner(PlainJSON), writer(None)

    def from_json(text):
        try:
            value, end = scan(text, 0)
        except StopIteration:
            raise ValueError('there is no JSON')
        if end != len(text):
            raise ValueError('there is something behind the JSON, at character %d' % end)
        return value

    def to_json(value):
        # To look for cycles takes as long again. They end at the limit of recursion, if the stack bears as much.
        return ''.join((write if getrecursionlimit() <= SAFE_DEPTH else writer({}))(value, 0))

    return from_json, to_json


SAFE_DEPTH = 20000
try:
    from_json, to_json = json_in_c()
except Exception:  # PyPy has its own; and nobody has promised that there is one in C
    import json
    from_json, to_json = json.loads, json.JSONEncoder(separators=(',', ':'), allow_nan=False).encode
