# What an interactive session asks Python, 2.7 and later. It runs as a block of its own once a session asks.


def _BOND_is_unfinished(code, is_expression, failure):
    """Whether more lines are to come. Asked before the code runs: afterwards it is too late."""
    import codeop
    if failure is not None:
        return False
    try:
        return codeop.compile_command(code, '<evalBlock>', 'eval' if is_expression else 'single') is None
    except (SyntaxError, ValueError, OverflowError):
        return False


def _BOND_complete(before):
    """What the last word of a line may be going to be: that word, and the names that begin with it."""
    import re
    match = re.search(r'((?:[^\W\d]\w*[.])*)(\w*)\Z', before, re.UNICODE)
    path, word = match.groups()
    in_front = before[:match.start()].rstrip()
    if in_front.endswith('.'):
        return word, []
    if re.match(r'(import|from)\Z', in_front) and not path:
        names = _BOND_names('modules')
    else:
        names = _BOND_names('attributes' if path else 'words', path.split('.')[:-1])
    names = (name for name in names if name.startswith(word) and not name.lstrip('_').startswith('BOND_'))
    return word, sorted(set(name for name in names if word or not name.startswith('_')))


def _BOND_names(kind, path=()):
    import keyword
    import pkgutil
    import sys
    builtins = sys.modules.get('builtins') or sys.modules['__builtin__']
    if kind == 'modules':
        return list(sys.builtin_module_names) + [module[1] for module in pkgutil.iter_modules()]
    if kind == 'words':
        return list(globals()) + dir(builtins) + keyword.kwlist
    value = globals()[path[0]] if path[0] in globals() else getattr(builtins, path[0])
    for step in path[1:]:
        value = getattr(value, step)
    return [name for name in dir(value) if isinstance(name, str)]
