# Runs a file as the interpreter itself would, for `bond run`.


def _BOND_run_file(path, text, arguments):
    """Runs the file at a path; or, where the file is elsewhere, its text."""
    import os
    import sys
    sys.argv = [str(each) for each in [path] + arguments]
    if text is None:
        sys.path[:1] = [os.path.dirname(os.path.abspath(path))]
        with open(path, 'rb') as source:
            text = source.read()
    main = sys.modules['__main__'].__dict__
    main['__file__'] = path
    exec(compile(text, path, 'exec', 0, True), main)
