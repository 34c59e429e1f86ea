# The limit of output: nothing else goes over the pipe.
use strict;
use warnings;

$| = 1;
while (my $line = <STDIN>) {
    print 'x' x 999, "\n" for 1 .. $line;
}
