# What pythonia imports and calls.


def add(a, b):
    return a + b


def same(value):
    return value


def down(n, up):
    return 0 if n == 0 else 1 + up(n - 1)


class Thing:
    size = 7

    def step(self):
        return self


def show(see):
    return see(Thing())
