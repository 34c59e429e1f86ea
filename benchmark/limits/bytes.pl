# The limit of bytes: a line with their number, all of them read, and all of them written.
use strict;
use warnings;

binmode $_ for *STDIN, *STDOUT;
$| = 1;
while (my $line = <STDIN>) {
    read(STDIN, my $data, $line);
    print $data;
    undef $data;    # or Perl would keep its memory for the next value, which no value has that a function is given
}
