#: lazy
# Tracebacks of exceptions that Python cannot be trusted with.

def is_tame(error):
    """Whether an exception has causes, and exceptions in a group, that come to an end."""
    waiting, seen = [error], set()
    names = () if PYTHON2 else ('__cause__', '__context__', '__traceback__')
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        is_group = is_a(type(error), 'builtins', 'BaseExceptionGroup')
        places = [definer(type(error), name) for name in names + (('exceptions',) if is_group else ())]
        if len(seen) > 1000 or any(root_of(place) != 'builtins' for place in places):
            return False
        if names:
            waiting += [error.__cause__, error.__context__] + list(error.exceptions if is_group else ())
    return True


def places_in(trace, kind, message):
    lines = [u'Traceback (most recent call last):']
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(u'  File "%s", line %d, in %s' % (code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return u'\n'.join(lines) + u'\n%s: %s\n' % (class_name(kind), message)
