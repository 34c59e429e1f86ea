#: lazy
# Code that is no Python at first sight: it is indented, or awaits outside of functions.

LONE_AWAIT = 0x2000  # a flag for the compiler: `await` outside of functions


def evaluate_awaiting(code, file, line, error):
    """Called where a syntax error is handled, which is raised again if code does not await."""
    if awaits_at_top(code):
        return eval(compile(from_line(line, code.strip(), file), file, 'eval', LONE_AWAIT, True), main)
    if is_block(code):
        error.msg = '%s: eval takes an expression, and evalBlock statements' % error.msg
    raise


def evaluate_awaiting_block(code, file, line):
    """The same for a block."""
    if not awaits_at_top(code):
        raise
    return eval(compile(from_line(line, code, file), file, 'exec', LONE_AWAIT, True), main)


def compile_indented(code, file, line):
    return compile(from_line(line, standard('textwrap').dedent(code)), file, 'exec', 0, True)


def awaits_at_top(code):
    """Whether code is understood if `await` may stand outside of functions."""
    if sys.version_info < (3, 8) or 'await' not in code and 'async' not in code:
        return False
    try:
        return compile(code.strip(), '<await>', 'exec', LONE_AWAIT, True).co_flags & 0x80 != 0
    except SyntaxError:
        return False
