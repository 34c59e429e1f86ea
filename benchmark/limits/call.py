# The limit: one line a call, one line an answer, and nothing else.
import json
import sys


def add(a, b):
    return a + b


def same(value):
    return value


for line in sys.stdin:
    name, args = json.loads(line)
    sys.stdout.write(json.dumps(globals()[name](*args)) + '\n')
    sys.stdout.flush()
