# Guards standard input, makes output live, and writes messages.

# A signal's handler, which runs between any two statements of this text, may die, or call the host. So what must not be left
# undone, or be done twice, is done by one statement without branches, long as some of them become.

my ($in, $out, $bulk, $last_piece, $more_pieces, $announcement, $abandonment, @block_marks, $piece_size, $room);
my $unwritten = '';    # what is sure to be written, before anything else is
my $correction = '';   # the abandonment, if the host has got a part of a message, and not yet all of it
my $turns = 0;         # how many messages have been begun
my $is_bulk_open = 0;  # whether the socket has got a part of a message, and not yet all of it
my $process = $$;
my $page = 4096;
my $unforked = "\1" x (2 * $page);    # of which a page, from the given place on, is empty in every fork
my $unforked_from;

# Puts /dev/null in the place of fd 0, so that nobody but the driver ever reads what the host sends. Nothing of it is in
# STDIN's buffer: the host waits for READY.
sub open_streams {
    open($in, '<&', \*STDIN) && open($out, '>&', \*STDOUT) && open(STDIN, '<', $^O eq 'MSWin32' ? 'NUL' : '/dev/null') or die "no streams: $!";
    binmode($_, ':raw') for $in, $out;
    # Writes up to this size are never mixed with those of another process: PIPE_BUF, or one buffer of a socket of Linux.
    $piece_size = $^O eq 'linux' && -S $out ? 32768 : 4096;
    my $selected = select(STDERR);
    $| = 1;
    select(STDOUT);
    $| = 1;
    select($selected);
}

# A second way to the host, for long messages, which is open if nothing stands between.
sub open_bulk {
    my ($fd, $inode) = @{ $_[0] };
    my $found = (stat "/proc/self/fd/$fd")[1];
    binmode($bulk, ':raw') if defined $found && $found == $inode && open($bulk, '>&=', $fd);
}

# Linux empties a page in every fork if it is asked to: to look there is no system call, as to ask for the process is.
sub mark_process {
    return if $^O ne 'linux' || length pack('p', '') != 8;
    local $!;
    my $address = unpack('J', pack('p', $unforked));
    my $from = -$address % $page;
    # madvise, as x86 or others number it; MADV_WIPEONFORK.
    for my $madvise (28, 233) { defined $unforked_from or syscall($madvise, $address + $from, $page, 18) or $unforked_from = $from }
}

sub is_fork { defined $unforked_from ? !ord substr($unforked, $unforked_from, 1) : $$ != $process }

# Sends one message to the host, after everything that was printed before it. Its second argument becomes 1 when it is sure to
# be sent.
sub say_line {
    flush_output() unless $| && select() eq 'main::STDOUT';    # to ask what STDOUT does would take longer
    say_released() while @released;
    return &say_long if length $_[0] > $room || %written;
    $unwritten .= "$correction$last_piece$_[0]\n", $correction = '', $turns++, $_[1] = 1,
        substr($unwritten, 0, 0 + syswrite($out, $unwritten), '');
    write_out() if $unwritten ne '';
}
