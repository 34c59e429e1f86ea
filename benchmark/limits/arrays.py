# The limit of arrays: as many bytes as a line says, which become an array of numpy, and bytes again.
import sys

import numpy

while line := sys.stdin.buffer.readline():
    numbers = numpy.frombuffer(sys.stdin.buffer.read(int(line)))
    sys.stdout.buffer.write(numbers)
    sys.stdout.buffer.flush()
