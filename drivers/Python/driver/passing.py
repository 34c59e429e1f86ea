#: lazy
# Arguments and results of replaced functions: what comes back from the host as it was sent is the same object as before.

replaced_calls = {}  # of replacements that have not returned, by thread; the innermost last
NUMBERS = (int, float) if not PYTHON2 else (int, long, float)
TEXTS = (str, text_type)
BYTES = (bytes, bytearray)


class ReplacedCall(object):
    """A call of a replacement that has not returned."""

    def __init__(self, name, arguments, named):
        self.name, self.arguments, self.named = name, arguments, named
        self.results = []  # the last that an original has returned

    def pass_on(self, call):
        """Calls the host; a result of the original that it returns is that result itself."""
        calls = replaced_calls.setdefault(get_ident(), [])
        calls.append(self)
        try:
            result = call()
        finally:
            calls.remove(self)
            if not calls:
                replaced_calls.pop(get_ident(), None)
        return self.results[0] if self.results and is_same(self.results[0], result) else result


def call_original(name, original, arguments, named):
    """Calls what has been replaced, with the objects that the replacement was called with where they have come back as they were."""
    calls = replaced_calls.get(get_ident(), ())
    call = next((call for call in reversed(calls) if call.name == name), None)
    if call is None:
        return original(*arguments, **named)
    sent = call.arguments
    arguments = [sent[i] if i < len(sent) and is_same(sent[i], given) else given for i, given in enumerate(arguments)]
    named = dict((key, call.named[key] if key in call.named and is_same(call.named[key], given) else given)
                 for key, given in named.items())
    result = original(*arguments, **named)
    if call is calls[-1]:
        call.results = [result]
    return result


def is_same(sent, back):
    """Whether something has come back as it was sent: a tuple comes back as a list, and 1.0 may as 1."""
    try:
        return sent is back or is_copy(sent, back)
    except Exception:  # too deep, or of a class that does not let itself be compared
        return False


def is_copy(sent, back):
    kind = type(back)
    if sent is back:
        return True
    if sent is None or back is None or isinstance(sent, bool) or kind is bool:
        return False
    if isinstance(sent, NUMBERS):
        return kind in NUMBERS and (sent == back and str(sent)[:1] == str(back)[:1] or sent != sent and back != back)
    if isinstance(sent, TEXTS) and kind in TEXTS:
        return sent == back if isinstance(sent, kind) else is_ascii(sent) and is_ascii(back) and sent == back
    if isinstance(sent, BYTES):
        return kind in BYTES and sent == back
    if isinstance(sent, (list, tuple)):
        return kind is list and len(sent) == len(back) and all(is_copy(sent[i], back[i]) for i in range(len(sent)))
    if isinstance(sent, dict):
        return kind is dict and len(sent) == len(back) and all(key in back and is_copy(sent[key], back[key]) for key in sent)
    if isinstance(sent, (set, frozenset)):
        return kind is set and sent == back
    if type(sent).__module__ == 'numpy' and hasattr(sent, 'tobytes'):
        return hasattr(back, 'tobytes') and hasattr(sent, 'shape') and getattr(back, 'shape', (len(back),)) == sent.shape and sent.tobytes() == back.tobytes()
    return type(sent) is kind and kind.__module__ in ('datetime', 'array') and bool(sent == back)


def is_ascii(text):
    return all(ord(character) < 128 for character in text)
