#: lazy
# Many bytes, which cross beside the text that names them: in blocks.

my $incoming;         # the bytes of the block that is being read
my @named;            # numbers of blocks that what is read names
my $small = 2**15;    # bytes; what is shorter is joined with what is beside it

# More of a block fits into the pipe from the host: both sides wait less often. Not as much as possible, as the pipes of a user share
# a limit. On what is no pipe, and on other systems, this fails.
{ local $!; fcntl $in, 1031, 2**18 if $^O eq 'linux' }    # F_SETPIPE_SZ, for which Fcntl has no name

# Takes a block, of which the message is the heading. What is read of it lands where it belongs: a signal's handler that dies loses
# nothing, and one that calls the host takes it first.
sub take_block {
    my ($number, $length) = ($_[0], split ' ', $_[1]);
    $length += 0;
    %blocks = () if !$called && !%aside && !$incoming;    # of messages that nobody has read
    $incoming = \(my $start = substr($buffer, 0, $length, '')), $scanned = 0 if !$incoming;
    while ($incoming && length $$incoming < $length) {
        my ($count, $error);
        $count = sysread($in, $$incoming, $length - length $$incoming, length $$incoming), $error = 0 + $!;
        exit if defined $count && !$count || !defined $count && $error != 4 && $error != 11;
        wait_for($in, $error, 1) if !defined $count;
    }
    ($blocks{$number}, $incoming, $message) = ($incoming, undef, '') if $incoming;
}

# Bytes that a word names.
sub block_bytes {
    my ($number, $start, $length) = @_;
    my $block = $blocks{$number};
    push @named, $number;
    refuse("block $number has no $length bytes at $start") if !$block || $start + $length > length $$block;
    return $length == length $$block ? $$block : substr($$block, $start, $length);
}

# What names them has been read.
sub forget_blocks { delete @blocks{ splice @named } }

# The place of bytes that are sent beside the text, as JSON.
sub beside {
    my $given = $written{$block} ||= { size => 0, parts => [] };
    my $start = $given->{size};
    $given->{size} += length $_[0];
    push @{ $given->{parts} }, $_[0];
    return "[$block,$start," . length($_[0]) . ']';
}

# Sends the blocks that a message names. Returns whether nothing else has been sent meanwhile.
sub say_blocks {
    my ($turn, undef) = @_;
    for my $number (sort keys %written) {
        next if index($_[1], "\"\$binary\":{\"block\":[$number,") < 0;
        my $way = $bulk && !$is_bulk_open ? \&say_block_whole : \&say_block_in_pieces;
        $way->($turn, "$number $written{$number}{size}\n", joined_parts(@{ $written{$number}{parts} }));
    }
    return $turn == $turns;
}

sub say_block_in_pieces {
    my ($turn, $heading, @parts) = @_;
    my $size = $room - length $room;
    say_some($turn, $block_marks[0] . $heading);
    for my $part (@parts) {
        my ($start, $end) = (0);
        while ($turn == $turns && $start < length $part) {
            (my $pieces, $end) = some_pieces($part, $start, $size, "$block_marks[1]$size\n", '');
            ($pieces, $end) = ($block_marks[1] . (length($part) - $start) . "\n" . substr($part, $start), length $part) if $pieces eq '';
            say_some($turn, $pieces);
            $start = $end;
        }
    }
}

# Writes a part of a message, unless another one has been begun.
sub say_some {
    my ($turn, $text) = @_;
    ($unwritten, $correction) = @{ (["$unwritten$text", $abandonment], [$unwritten, $correction])[$turn != $turns] };
    write_out();
}

# Sends a block through the socket, as `say_bulk` does a message.
sub say_block_whole {
    my ($turn, $heading, @parts) = @_;
    ($unwritten, $correction, $is_bulk_open) =
        @{ (["$unwritten$block_marks[2]$heading", $abandonment, 1], [$unwritten, $correction, $is_bulk_open])[$turn != $turns] };
    write_out();
    my ($count, $error);
    while ($turn == $turns && @parts) {
        my ($done, $size) = (0, length $parts[0]);
        while ($turn == $turns && $done < $size) {
            $count = syswrite($bulk, $parts[0], ($size - $done) * ($turn == $turns), $done), $error = 0 + $!, $done += $count;
            defined $count or wait_for($bulk, $error);
        }
        shift @parts if $done == $size;
    }
    $is_bulk_open = 0 if $turn == $turns && !@parts;
}

# The same bytes, in parts that are not short.
sub joined_parts {
    my @joined;
    my $can_grow;
    for my $part (@_) {
        if ($can_grow && length $part < $small) { $joined[-1] .= $part }
        else { push @joined, $part }
        $can_grow = length $joined[-1] < $small;
    }
    return @joined;
}
