#: lazy
