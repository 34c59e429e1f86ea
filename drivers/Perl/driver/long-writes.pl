#: lazy
# Writes what takes more than one step: long messages, and to streams that are full.

sub write_out {
    my ($count, $error);
    while (length $unwritten) {
        $count = syswrite($out, $unwritten), $error = 0 + $!, substr($unwritten, 0, 0 + $count, '');
        defined $count or wait_for($out, $error);
    }
}

# What was printed while user code has made STDOUT buffer. To set $| empties the buffer.
sub flush_output {
    my $is_live;
    select((select(STDOUT), $is_live = $|, $| = 1, $| = $is_live)[0]);
}

sub say_released {
    $unwritten .= $correction . join('', map("${last_piece}RELEASE $_\n", splice @released, 0, 50)), $correction = '', $turns++;
    write_out();
}

# Sends what takes more than one piece. When a signal's handler has sent something in between, it begins anew.
sub say_long {
    my ($size, $turn, $start) = (length $_[0], -1, 0);
    until (defined $_[1] && $_[1] eq '1') {
        if ($turn != $turns) {
            $unwritten .= $correction, $correction = '', $start = 0, $turn = ++$turns;
            next if %written && !say_blocks($turn, $_[0]);
            next if $bulk && $size > $room && !$is_bulk_open && &say_bulk($turn, @_);
        }
        my ($pieces, $end) = some_pieces($_[0], $start, $room, $more_pieces, "\n");
        my $is_last = $pieces eq '';
        $pieces = $last_piece . substr($_[0], $start) . "\n" if $is_last;
        ($unwritten, $correction, $_[1], $start) = @{ (
            ["$unwritten$pieces", $abandonment x !$is_last, ($_[1], 1)[$is_last], $end], [$unwritten, $correction, $_[1], $start]
        )[$turn != $turns] };
        write_out();
    }
}

# Pieces of that size from some place on, and where they end: none if less is left. Linux fills a pipe page by page, and other processes come
# between pages only: of pieces that are a page each, many can be written at once.
sub some_pieces {
    my (undef, $start, $size, $heading, $ending) = @_;
    my $count = int((length($_[0]) - $start) / $size);
    my $most = $piece_size == 4096 && $^O eq 'linux' ? 16 : 1;
    $count = $most if $count > $most;
    return '', $start if !$count;
    my $end = $start + $count * $size;
    return $heading . join("$ending$heading", unpack("(a$size)*", substr($_[0], $start, $end - $start))) . $ending, $end;
}

# Sends a message through the socket, of which nothing is known any more once a message has been abandoned there.
sub say_bulk {
    my ($turn, undef, undef) = @_;
    my ($done, $size) = (0, length $_[1]);
    ($unwritten, $correction, $is_bulk_open) =
        @{ (["$unwritten$announcement$size\n", $abandonment, 1], [$unwritten, $correction, $is_bulk_open])[$turn != $turns] };
    write_out();
    my ($count, $error);
    while ($turn == $turns && $done < $size) {
        $count = syswrite($bulk, $_[1], ($size - $done) * ($turn == $turns), $done), $error = 0 + $!, $done += $count,
            ($correction, $is_bulk_open, $_[2]) = @{ (
                [$abandonment x ($done < $size), $done < $size, ($_[2], 1)[$done == $size]], [$correction, $is_bulk_open, $_[2]]
            )[$turn != $turns] };
        defined $count or wait_for($bulk, $error);
    }
    return 1;
}

# Waits until a stream takes or has something, if this is what has gone wrong.
sub wait_for {
    my ($stream, $error, $reads) = @_;
    return if $error == 4;         # EINTR
    exit 1 if $error != 11;        # EAGAIN: somebody has it not wait. Else nobody is there any more
    my $bits = bits($stream);
    select($reads ? $bits : undef, $reads ? undef : $bits, undef, 1);
}

# What select wants to be told of a stream.
sub bits {
    my $bits = '';
    vec($bits, fileno $_[0], 1) = 1;
    return $bits;
}

sub is_readable { select(my $ready = bits($_[0]), undef, undef, 0) > 0 }
