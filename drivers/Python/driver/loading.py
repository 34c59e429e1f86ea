#: lazy
# Runs a file as a program, and has functions replaced in it, and in what it imports, as they are defined.

def _BOND_load(file, replacements):
    """Runs a file; returns the names of those that nothing has defined, and of what could have been meant."""
    path = file.encode(sys.getfilesystemencoding() or 'utf-8') if PYTHON2 and not speaks_octets else file
    with io.open(path, 'rb') as opened:
        text = opened.read()
    loading = Loading(replacements)
    sys.argv[:1] = [path]
    sys.path[:1] = [os.path.dirname(os.path.abspath(path))]
    if sys.version_info >= (3, 9) and not PYPY:
        path = os.path.abspath(path)  # as Python itself calls it
    main['__file__'] = path
    if replacements:
        sys.meta_path.insert(0, loading)
    try:
        run_main(loading, text, path)
    finally:
        if loading in sys.meta_path:
            sys.meta_path.remove(loading)
    return loading.missing(), sorted(loading.known)


def run_main(loading, text, path):
    main['_BOND_replaced'] = loading.replaced
    try:
        exec(loading.compiled(text, path, ''), main)
    finally:
        main.pop('_BOND_replaced', None)


class Loading(object):
    """What is replaced by one load, and finds the modules in which some of it may be."""

    def __init__(self, replacements):
        self.functions = dict((str(name), function) for name, function in replacements)
        self.done = set()
        self.known = set()

    def missing(self):
        return [name for name in self.functions if name not in self.done]

    def concerns(self, module):
        """Whether something in that module may be replaced."""
        return any(name.startswith(module + '.') for name in self.functions)

    def compiled(self, text, path, prefix):
        """The code of a module, in which each definition that is to be replaced has one more decorator."""
        tree = compile_file(text, path, 'exec', AST_ONLY, True)
        self.decorate(tree.body, prefix, False)
        return compile(tree, path, 'exec', 0, True)

    def decorate(self, statements, prefix, is_class):
        ast = standard('ast')
        for statement in statements:
            kind = type(statement).__name__
            if kind == 'ClassDef':
                self.decorate(statement.body, prefix + statement.name + '.', True)
            elif kind in ('FunctionDef', 'AsyncFunctionDef'):
                name = prefix + statement.name
                self.known.add(name)
                if name in self.functions:
                    statement.decorator_list.insert(0, decorator(ast, name, is_class, statement))
            else:  # what is defined under a condition, or in a loop
                for field in ('body', 'orelse', 'finalbody', 'handlers', 'cases'):
                    inner = getattr(statement, field, ())
                    if isinstance(inner, list):
                        self.decorate(inner, prefix, is_class)

    def replaced(self, name, is_class):
        """Decorates a function with what takes its place."""
        def replace(original):
            self.done.add(name)
            return replacement_of(name, self.functions[name], original, is_class)
        return replace

    # As what finds modules, for Python 3:

    def find_spec(self, name, path=None, target=None):
        if not self.concerns(name):
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if finder is not self and hasattr(finder, 'find_spec') else None
            if spec is not None:
                break
        else:
            return None
        loader = spec.loader
        if hasattr(loader, 'get_code') and hasattr(loader, 'exec_module') and getattr(loader, '__dict__', None) is not None:
            self.divert(loader, name)
        return spec

    def divert(self, loader, name):
        """Has a loader compile one module with what replaces its functions."""
        exec_module, get_code = loader.exec_module, loader.get_code

        def replacing_get_code(fullname):
            source = loader.get_source(fullname)
            if source is None:
                return get_code(fullname)
            return self.compiled(source, loader.get_filename(fullname), name + '.')

        def replacing_exec_module(module):
            loader.__dict__.pop('exec_module', None)
            module.__dict__['_BOND_replaced'] = self.replaced
            try:
                return exec_module(module)
            finally:
                loader.__dict__.pop('get_code', None)
                module.__dict__.pop('_BOND_replaced', None)

        loader.get_code, loader.exec_module = replacing_get_code, replacing_exec_module

    def invalidate_caches(self):
        pass

    # And for Python 2:

    if PYTHON2:
        def find_module(self, name, path=None):
            return self if self.concerns(name) and self.source_of(name, path) else None

        def source_of(self, name, path):
            """The place of the source of a module, and whether it is a package."""
            imp = standard('imp')
            try:
                opened, place, (_, _, kind) = imp.find_module(name.rpartition('.')[2], path)
            except ImportError:
                return None
            if opened:
                opened.close()
            if kind == imp.PKG_DIRECTORY:
                self.source = os.path.join(place, '__init__.py'), place
            elif kind == imp.PY_SOURCE:
                self.source = place, None
            else:
                return None
            return self.source if os.path.exists(self.source[0]) else None

        def load_module(self, name):
            source, folder = self.source
            module = sys.modules.setdefault(name, standard('imp').new_module(name))
            module.__file__ = source
            if folder:
                module.__path__ = [folder]
            module.__package__ = name if folder else name.rpartition('.')[0]
            module.__dict__['_BOND_replaced'] = self.replaced
            try:
                with io.open(source, 'rb') as opened:
                    text = opened.read()
                exec(self.compiled(text, source, name + '.'), module.__dict__)
            except BaseException:
                sys.modules.pop(name, None)
                raise
            finally:
                module.__dict__.pop('_BOND_replaced', None)
            return sys.modules[name]


AST_ONLY = 0x400


def decorator(ast, name, is_class, function):
    """`_BOND_replaced(name, is_class)`, at the line where the function begins already."""
    first = function.decorator_list[0] if function.decorator_list else function
    call = compile('_BOND_replaced(%r, %r)' % (name, is_class), '', 'eval', AST_ONLY, True).body
    for node in ast.walk(call):
        ast.copy_location(node, first)
    return call
