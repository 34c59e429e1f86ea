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

# Whether a line among the bytes that have come interrupts. The last arguments are the end of the text before them, and how many bytes of a
# block they begin with: those are no lines, and to look for some takes longer than to pass them on.
sub sift {
    my ($interrupts, $place) = (0, 0);
    while ($place < length $_[0]) {
        if ($_[2]) {
            my $rest = length($_[0]) - $place;
            my $skipped = $_[2] < $rest ? $_[2] : $rest;
            $_[2] -= $skipped, $place += $skipped;
            next;
        }
        my $text = $_[1] . substr($_[0], $place);
        my $end = $text =~ /\nBYTES \S+ \S+ (\d+).*\n/ ? $+[0] : 0;
        my $last = $end || length $text;
        my $found = index($text, "\nINTERRUPT ", length($_[1]) > 10 ? length($_[1]) - 10 : 0);
        $interrupts ||= $found >= 0 && $found < $last;
        $place += $last - length $_[1];
        ($_[1], $_[2]) = $end ? ("\n", $1) : (length $text > 64 ? substr($text, -64) : $text, 0);
    }
    return $interrupts || 0;
}

sub relay {
    my ($outer, $busy_one) = @_;
    for my $stream (\*STDOUT, \*STDERR, $out) { open($stream, '>', '/dev/null') }
    $SIG{INT} = 'IGNORE';
    load('IO/Handle.pm');
    $outer->blocking(0);
    my ($waiting, $seam, $raw, $urgent) = ('', "\n", 0, 0);
    while (1) {
        my $count = select(my $ready = bits($in), my $free = length $waiting ? bits($outer) : undef, undef, 0.2);
        last if !$count && !is_there($busy_one);    # as where what has started both waits for this process, too
        if ($count > 0 && is_readable($in)) {
            sysread($in, my $chunk, 65_536) or last;
            $waiting .= $chunk;
            $urgent |= sift($chunk, $seam, $raw);
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
