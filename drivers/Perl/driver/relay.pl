#: lazy
# Passes on what the host sends, and its interrupts, where no signal of the host reaches this process.

# Where no signal of the host reaches this process, one that does nothing else reads the host's lines in front of it, and
# sends the signal. When the host is gone, it ends this process, which may be too busy to look.
sub stand_behind_relay {
    my $busy_one = $$;
    pipe(my $inner, my $outer) or die "no pipe: $!";
    my $child = fork;
    die "no fork: $!" unless defined $child;
    if (!$child) {
        if (!fork) {    # its parent is gone, so that no `wait` of the program finds it
            close $inner;
            eval { relay($outer, $busy_one) };
        }
        kill 'KILL', $$;    # this is not the program that has exit hooks
    }
    local $?;
    waitpid($child, 0);
    close $outer;
    close $in;
    $in = $inner;
    binmode($in, ':raw');
}

sub relay {
    my ($outer, $busy_one) = @_;
    for my $stream (\*STDOUT, \*STDERR, $out) { open($stream, '>', '/dev/null') }
    $SIG{INT} = 'IGNORE';
    load('IO/Handle.pm');
    $outer->blocking(0);
    my $sought = "\nINTERRUPT ";
    my ($waiting, $seam, $urgent) = ('', "\n", 0);
    while (1) {
        my $count = select(my $ready = bits($in), my $free = length $waiting ? bits($outer) : undef, undef, 0.2);
        last if !$count && !is_there($busy_one);    # as where what has started both waits for this process, too
        if ($count > 0 && is_readable($in)) {
            sysread($in, my $chunk, 65_536) or last;
            $waiting .= $chunk;
            $urgent ||= index($seam . $chunk, $sought) >= 0;
            $seam = substr("$seam$chunk", 1 - length $sought);
        }
        if (length $waiting) {
            my $done = syswrite($outer, $waiting);
            substr($waiting, 0, $done, '') if $done;
        }
        if ($urgent) {
            kill 'URG', $busy_one;
            $urgent = length $waiting;    # the line may still be among it
        }
    }
    close $outer;
    for (1 .. 20) {
        select(undef, undef, undef, 0.05);
        return if !is_there($busy_one);
    }
    kill 'KILL', $busy_one;
}

# Whether there is such a process, of another user (EPERM) as well.
sub is_there { kill(0, $_[0]) || $! == 1 }
