#: lazy
# What an exception has passed, frame by frame.

MOST_FRAMES = 100  # that are told of, half of them from each end
OWN = '  File "<bond driver'


def users_lines(text):
    """A traceback without the lines of this driver."""
    return text if OWN not in text else ''.join(line for line in text.splitlines(True) if not line.startswith(OWN))


def frames_in(trace):
    """What an exception has passed, from the innermost on: name, file and line of each; or how many are left out."""
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if trace.tb_frame.f_globals is not world:
            frames.append([getattr(code, 'co_qualname', code.co_name), code.co_filename, trace.tb_lineno])
        trace = trace.tb_next
    frames.reverse()
    more = len(frames) - MOST_FRAMES
    if more > 0:
        frames[MOST_FRAMES // 2:-MOST_FRAMES // 2] = [more]
    return [frame if type(frame) is int else [in_words(frame[0]), in_words(frame[1]), frame[2]] for frame in frames]


def in_words(text):
    return text if isinstance(text, text_type) else text.decode('utf-8', unreadable)


def show_lines():
    """Has tracebacks show the lines of code that is called by the file in which the host's program has it."""
    try:
        linecache = standard('linecache')
        while given_lines:
            file, line, code = given_lines.popleft()
            entry = linecache.cache.get(file)
            lines = entry[2] if entry and len(entry) == 4 and entry[1] is None else list(linecache.getlines(file))
            new = [text + '\n' for text in code.split('\n')]
            lines.extend(['\n'] * (line - 1 - len(lines)))
            lines[line - 1:line - 1 + len(new)] = new
            linecache.cache[file] = (0, None, lines, file)  # without a time of change, it is not looked for again
    except Exception:
        pass  # what user code has made of that module, it has to bear
