# Runs and shows what is typed in a session of the command `bond`, in Python 2.7 and later. It is sent when a session begins.

_BOND_typed = []  # the value to be shown, if there is one


def _BOND_run(code):
    """Runs what was typed. If it ends in an expression, its value is kept for `_BOND_show`."""
    import ast
    import textwrap
    del _BOND_typed[:]
    if str is bytes and isinstance(code, str):  # where text is bytes
        code = code.decode('utf-8')
    try:
        tree = compile(code, '<evalBlock>', 'exec', ast.PyCF_ONLY_AST, True)
    except IndentationError:
        tree = compile(textwrap.dedent(code), '<evalBlock>', 'exec', ast.PyCF_ONLY_AST, True)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, '<evalBlock>', 'exec', 0, True), globals())
    if last is not None:
        value = eval(compile(ast.Expression(last.value), '<evalBlock>', 'eval', 0, True), globals())
        if value is not None:
            _BOND_typed.append(value)


def _BOND_show(width, most_text, most_rows, colored):
    """How Python shows the value: as text and what is left out of it, or as rows of a table."""
    import sys
    if not _BOND_typed:
        return None
    value = _BOND_typed.pop()
    if sys.displayhook is not sys.__displayhook__:
        return sys.displayhook(value)
    builtins = sys.modules.get('builtins') or sys.modules['__builtin__']
    builtins._ = value
    table = _BOND_table(value, most_rows)
    if table:
        return ['table'] + table
    text = _BOND_text(repr(value))
    return ['text', text[:most_text], max(len(text) - most_text, 0)]


def _BOND_text(text):
    """A text that can cross."""
    if isinstance(text, bytes):
        return text.decode('utf-8', 'replace')
    return text.encode('utf-8', 'backslashreplace' if str is not bytes else 'replace').decode('utf-8')


def _BOND_table(value, most_rows):
    """The columns, the rows and how many are left out, if the value is a list of records that are alike."""
    if type(value) not in (list, tuple) or len(value) < 2:
        return None
    records = [_BOND_record(each) for each in value[:most_rows]]
    if not all(records):
        return None
    columns = []
    for record in records:
        columns += [name for name in record if name not in columns]
        if len(columns) > 100:
            return None
    if any(2 * len(record) < len(columns) for record in records):
        return None
    rows = [[_BOND_cell(record[name]) if name in record else '' for name in columns] for record in records]
    return [[_BOND_text(name) for name in columns], rows, len(value) - len(rows)]


def _BOND_record(value):
    """The names and values of a dictionary, a named tuple or an object of a data class."""
    fields = getattr(type(value), '_fields', None) if isinstance(value, tuple) else None
    if type(value) is dict:
        return value if all(isinstance(name, str) for name in value) else None
    if isinstance(fields, tuple) and len(fields) == len(value):
        return dict(zip(fields, value))
    if hasattr(type(value), '__dataclass_fields__'):
        return dict((name, getattr(value, name)) for name in type(value).__dataclass_fields__ if hasattr(value, name))
    return None


def _BOND_cell(value):
    text = _BOND_text(value if isinstance(value, (str, type(u''))) else repr(value))
    return text[:200] + u'\u2026' * (len(text) > 200)
