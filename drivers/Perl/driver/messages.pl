#: lazy
# Sets aside what is for another frame than that which has its turn.

# Takes a message that is not for the frame that has its turn: what is for another one waits until that has.
sub put_aside {
    my ($verb, $target, $number, $serial) = @_;
    if ($target ne '-') { push(@{ $aside{$target} }, $message), $message = '' }
    else {
        return take_block($number, $serial) if $verb eq 'BYTES';
        if ($verb eq 'RELEASE') { release($number) }
        elsif ($verb eq 'INTERRUPT' && $called && is_meant($number, $serial)) { $interrupted = [interruption()] }
        $message = '';
    }
}

# Takes a message when some have been set aside: those of the frame come first.
sub take_aside {
    my ($frame, $end) = @_;
    ($message) = (splice(@{ $aside{$frame} }, 0, 1), ''), delete @aside{ ($frame) x !@{ $aside{$frame} } };
    return 1 if $message ne '';
    $message = substr($buffer, 0, ($end = 1 + index($buffer, "\n", $scanned)) * !exists $aside{$frame}, ''),
        $scanned = length($buffer) * !$end;
    return $message ne '';
}

# The request that the host takes for what is carried out, where it is called while no user code runs: by the handler of a signal.
sub carried_out {
    return $running if !defined $called;    # in exit hooks
    my (undef, $frame, $outer) = $called ? split(/ /, $called, 4) : ('CALL', 0, 0);
    return $outer if !defined $message;
    my ($verb, $target, $request, $payload) = split / /, $message, 4;
    if (defined $target && $target eq $frame) {
        return $request if $handlers{$verb};
        return $outer if $verb ne 'PART';
        take_part($request, $payload);
    }
    elsif (defined $target && ($target ne '-' || $verb eq 'BYTES')) { put_aside($verb, $target, $request, $payload) }
    return 0 if !$frame;
    # The host takes no call now but from what it asks for in this frame: so the answer comes first.
    local $running = $outer;
    my @answer = serve($frame, $called, 1);
    push @{ $aside{$frame} }, join ' ', $answer[0], $frame, 0, $answer[1];
    return $outer;
}
