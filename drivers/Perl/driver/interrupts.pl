# Stops what is being carried out, when the host or a person at a terminal says so.

my $last_interrupt = 0;    # the number of the last one that was noticed

# Somebody at a terminal, say, has interrupted this process.
sub on_interrupt {
    die interruption() if $busy;
    $interrupted = [interruption()] if $called;    # user code will hear of it when it goes on
}

# The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one.
sub on_notice {
    run_deferred() while @deferred;
    return if !$busy;
    local ($@, $!);
    while (is_readable($in)) { sysread($in, $buffer, 65_536, length $buffer) or return }
    while (my @meant = take_interrupt()) { die interruption() if is_meant(@meant) }
}

# Takes an interrupt out of the lines that have been read, but not out of bytes among them.
sub take_interrupt {
    my ($start, $end) = (0);
    while (($end = index($buffer, "\n", $start)) >= 0) {
        pos($buffer) = $start;
        return ($1, $2) if ($buffer =~ s/\GINTERRUPT - (\d+) (\d+)\n//, $scanned = 0)[0];
        $start = $end + 1 + ($buffer =~ /\GBYTES - \d+ (\d+)(?: \w+)?\n/ ? $1 : 0);
    }
    return;
}

# Runs a handler that has come in the middle of a step of the driver's.
sub run_deferred {
    my ($handler, @arguments) = @{ shift @deferred };
    $handler->(@arguments);
}

# Whether an interrupt is for what is being carried out, and new. Then the host is told that it has been noticed.
sub is_meant {
    my ($request, $serial) = @_;
    return 0 if $request != $running || $serial <= $last_interrupt;
    $last_interrupt = $serial + 0;
    say_line("INTERRUPTED $last_interrupt");
    return 1;
}

sub interruption { _BOND_InterruptException->new('interrupted by the host') }
