# What pythonia imports and calls.
import base64


def add(a, b):
    return a + b


def same(value):
    return value


def same_base64(text):
    return base64.b64encode(base64.b64decode(text)).decode()


def down(n, up):
    return 0 if n == 0 else 1 + up(n - 1)


class Thing:
    size = 7

    def step(self):
        return self


def show(see):
    return see(Thing())
