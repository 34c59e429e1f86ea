# Carries out what the host asks for.

compiled = {}       # the code of callable expressions, by their text
longest = {}        # how many items or characters are carried in one piece, by type, if the host takes parts
parts = {}          # the parts of long arguments so far, by request, and what was wrong with it
NOTHING = object()  # no result at all


def evaluate(code):
    try:
        expression = compile(code.strip(), '<eval>', 'eval', 0, True)
    except SyntaxError as error:
        if is_block(code):
            error.msg = '%s: eval takes an expression, and evalBlock statements' % error.msg
        raise
    return eval(expression, main)


def evaluate_block(code):
    try:
        block = compile(code, '<evalBlock>', 'exec', 0, True)
    except IndentationError:
        block = compile(standard('textwrap').dedent(code), '<evalBlock>', 'exec', 0, True)
    exec(block, main)


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
    main.update((name, value) for name, value in globals().items() if name.startswith('_BOND_'))


def run_eval(payload):
    global busy
    code = decode(payload)
    busy = True
    if pending:
        deliver()
    return evaluate(code)


def run_eval_block(payload):
    global busy
    code = decode(payload)
    busy = True
    if pending:
        deliver()
    evaluate_block(code)
    return NOTHING


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
