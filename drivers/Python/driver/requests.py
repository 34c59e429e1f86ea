# Carries out what the host asks for.

compiled = {}       # the code of callable expressions, by their text
longest = {}        # how many items or characters are carried in one piece, by type, if the host takes parts
parts = {}          # the parts of long arguments so far, by request, and what was wrong with it
compile_file = compile  # as it is, whatever the code of the host needs
NOTHING = object()  # no result at all
given_lines = deque(maxlen=100)  # file, line and text of code that is called by its place in the host's program, for tracebacks
LONGEST_GIVEN = 20000  # characters of a text that is kept for them


def evaluate(code, file='<eval>', line=1):
    first, text = line, code.strip()
    if text is not code:
        first += code[:len(code) - len(code.lstrip())].count('\n')
    try:
        expression = compile(text if first == 1 and file == '<eval>' else from_line(first, text, file), file, 'eval', 0, True)
    except SyntaxError as error:
        return evaluate_awaiting(code, file, first, error)
    return eval(expression, main)


def evaluate_block(code, file='<evalBlock>', line=1):
    try:
        block = compile(from_line(line, code, file), file, 'exec', 0, True)
    except IndentationError:
        block = compile_indented(code, file, line)
    except SyntaxError:
        return evaluate_awaiting_block(code, file, line)
    exec(block, main)
    return NOTHING


def as_result(value):
    """A value that no handler gives, converted if there are conversions."""
    return converted(value, 'result') if 'call_host_as_it_is' in world else value


def from_line(line, code, file=None):
    """Code whose first line has a number."""
    if file and file[0] != '<' and len(code) <= LONGEST_GIVEN:
        given_lines.append((file, line, code))
        if 'linecache' in sys.modules:
            show_lines()
    return '\n' * (line - 1) + code


def callable_named(name):
    function = main.get(name)
    if function is None:
        if '_BOND_held' not in main:
            put_names()
        code = compiled.get(name)
        if code is None:
            code = compiled[name] = compile('(%s\n)' % name, '<call>', 'eval', 0, True)
            if len(compiled) > 1000:
                compiled.clear()
        function = eval(code, main)
    return function


def call(name, arguments, references=(), named=None):
    if references:
        put_references(references, arguments, named)
    if named:
        return callable_named(name)(*arguments, **dict((str(key), value) for key, value in named.items()))
    return callable_named(name)(*arguments)


def put_names():
    """Puts the driver's own functions among the global variables: at the start, and when user code has cleared those."""
    main.update([(name, world[name]) for name in world if name[:6] == '_BOND_'])


def run_eval(payload):
    global busy
    code = decode(payload)
    busy = True
    if pending:
        deliver()
    return evaluated(code)


def run_eval_block(payload):
    global busy
    code = decode(payload)
    busy = True
    if pending:
        deliver()
    return block_evaluated(code)


def evaluated(code):
    return evaluate(*placed(code)) if type(code) is list else evaluate(code)


def block_evaluated(code):
    return evaluate_block(*placed(code)) if type(code) is list else evaluate_block(code)


def placed(given):
    """Code, and where the host's program has it: the file and the line."""
    code, file, line = given
    return code, file.encode('utf-8') if PYTHON2 and not speaks_octets else file, line


def run_call(payload):
    global busy
    given = decode(payload)
    if parts:
        add_parts(given[1])
    busy = True
    if pending:
        deliver()
    return call(*given) if len(given) > 2 else call(given[0], given[1])  # without the star, it is faster


def run_export(payload):
    global busy
    name = decode(payload)
    busy = True
    if pending:
        deliver()
    export(*name if isinstance(name, list) else [name])
    return NOTHING


# What cannot cross of their results is held, and so is what they raise.
HOLDING = {b'CHAIN': run_chain, b'EVAL_HOLD': run_eval_hold, b'EVAL_BLOCK_HOLD': run_eval_block_hold, b'CALL_HOLD': run_call_hold}
HANDLERS = dict(HOLDING)
HANDLERS.update({b'EVAL': run_eval, b'EVAL_BLOCK': run_eval_block, b'CALL': run_call, b'EXPORT': run_export})
