# The limit of output: nothing else goes over the pipe.
import sys

for line in sys.stdin:
    for _ in range(int(line)):
        print('x' * 999)
    sys.stdout.flush()
