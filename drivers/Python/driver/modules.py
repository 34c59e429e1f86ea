#: lazy
# Modules of Python's own that are needed now and then, whatever the program has put in their place.

standards = {}  # modules of Python's own that are needed now and then


def standard(name):
    """A module of Python's own, whatever user code has put in its place, or in front of it."""
    if name not in standards:
        functions = vars(builtins)
        replaced = dict(functions)
        try:
            if not PYTHON2:
                functions.update(__builtins__)  # modules use those, too
            standards[name] = import_standard(name)
        finally:
            functions.update(replaced)
    return standards[name]


def import_standard(name):
    try:
        if is_in_place(name):
            return __import__(name)
    except Exception:  # what it imports itself may not be in place
        pass
    return import_from_behind(name)


def is_in_place(name):
    """Whether `import` finds, or has found, Python's own module of that name."""
    if name in sys.modules:
        loaded = sys.modules[name]
        file = getattr(loaded, '__file__', None) or LIBRARY
        return type(loaded) is type(sys) and type(file) is str and file.startswith(LIBRARY)
    return name in sys.builtin_module_names or LIBRARY in sys.path and not is_shadowed(name)


def is_shadowed(name):
    for entry in sys.path:
        if entry == LIBRARY:
            break
        if any(os.path.exists(os.path.join(entry, name + ending)) for ending in ('', '.py')):
            return True
    return False


def import_from_behind(name):
    """Imports it as at the start of Python, and puts everything back as user code has it."""
    path, modules = sys.path, dict(sys.modules)
    strange = [module for module in modules if '.' not in module and not is_in_place(module) and is_in_library(module)]
    try:
        sys.path = [entry for entry in PATH if is_of_python(entry)]
        for module in modules:
            if module.split('.')[0] in strange:
                del sys.modules[module]
        return __import__(name)
    finally:
        sys.path = path
        sys.modules.update((module, modules[module]) for module in modules if module.split('.')[0] in strange)
        for added in set(sys.modules) - set(modules):
            if is_shadowed(added):
                del sys.modules[added]


def is_of_python(entry):
    return entry == LIBRARY or entry.endswith('.zip') or os.path.basename(entry) == 'lib-dynload'


def is_in_library(name):
    return any(os.path.exists(os.path.join(LIBRARY, name + ending)) for ending in ('', '.py')) or name in LIKELY


# Modules of Python's own without a file of that name in the library.
LIKELY = ('array', 'binascii', 'select')
