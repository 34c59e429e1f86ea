# The limit of bytes: a line with their number, all of them read, and all of them written.
import sys

while line := sys.stdin.buffer.readline():
    data = sys.stdin.buffer.read(int(line))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
