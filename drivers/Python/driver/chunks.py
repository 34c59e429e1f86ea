#: lazy
# Long lists and texts in parts: one side begins with them while the other makes the rest.

PART = 2 ** 15    # about how many characters a part has
FIRST_PART = 128  # how many items the first one has


def say_parts(request, value):
    """Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross."""
    try:
        for part in parts_of(value):
            say_part(request, part)
        return ''
    except _BOND_SerializationException:
        say_part(request, '')
        return encode(value)


def say_part(request, part):
    say('PART %s %s' % (request, part))


def parts_of(value):
    is_text = type(value) is text_type
    start, count = 0, PART if is_text else FIRST_PART
    while start < len(value):
        end = start + count
        if is_text and u'\ud800' <= value[end - 1:end] <= u'\udbff':
            end += 1  # two halves of a pair are not to cross one by one
        piece = value[start:end]
        text = encode(piece)
        yield text
        start = end
        if not is_text:
            count = max(1, len(piece) * PART // len(text))


def take_part(request, payload):
    if not payload:
        parts.pop(request, None)
        return
    try:
        part = decode(payload)
    except _BOND_SerializationException as error:
        part = error
    parts.setdefault(request, []).append(part)


def add_parts(arguments, request=None):
    """Puts a long argument behind the others."""
    taken = parts.pop(request or running, ())
    for part in taken:
        if isinstance(part, Exception):
            raise part
    if taken:
        arguments.append(list(chain.from_iterable(taken)) if isinstance(taken[0], list) else type(taken[0])().join(taken))
