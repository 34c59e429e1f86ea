# The limit of calls within calls: either side calls the other while it waits for an answer.
import json
import sys

sys.setrecursionlimit(100_000)


def say(*message):
    sys.stdout.write(json.dumps(message) + '\n')
    sys.stdout.flush()


def call(name, *args):
    say('call', name, args)
    return listen()


def listen():
    while line := sys.stdin.readline():
        verb, *rest = json.loads(line)
        if verb == 'return':
            return rest[0]
        name, args = rest
        say('return', globals()[name](*args))


def down(n):
    return 0 if n == 0 else 1 + call('up', n - 1)


listen()
