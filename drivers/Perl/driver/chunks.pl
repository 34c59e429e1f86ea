#: lazy
# Long lists and texts cross in parts: one side begins with them while the other makes the rest.

my $part_size = 2**15;    # about how many characters a part has
my $first_part = 128;     # how many items the first one has

# Takes a part, which is the message. What it is read by takes long: a signal's handler may have taken it meanwhile.
sub take_part {
    my ($request, $payload) = @_;
    my ($part, $reason);
    if ($payload ne "\n") {
        local $@;
        eval { $part = decode($payload); 1 } or $reason = $@;
    }
    my $parts = $parts{$request} ||= [];
    if ($payload eq "\n") { delete $parts{$request} }
    elsif (defined $reason) { $parts->[1] ||= $reason }
    elsif (ref $part) { push(@{ $parts->[0] }, (@$part) x ($message ne '')), $message = '' }
    else { ($parts->[0] .= $part x ($message ne '')), $message = '' }
    $message = '';
}

# Puts a long argument behind the others.
sub add_parts {
    my ($request, $arguments) = @_;
    my $parts = delete $parts{$request} or return;
    die $parts->[1] if $parts->[1];
    push @$arguments, $parts->[0];
}

# Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross.
sub say_parts {
    my ($request, $value) = @_;
    exit if is_fork();    # as in `serve`
    my $write = ref $$value ? \&say_list : \&say_text;
    return '' if eval { $write->($request, $$value); 1 };
    die $@ if ref $@ ne '_BOND_SerializationException';
    say_part($request, '');
    return encode($$value);
}

sub say_part {
    my ($request, $part) = @_;
    $busy = 0;    # an interrupt has to wait
    say_line("PART $request $part", my $is_said);
    $busy = 1;
}

sub say_text {
    my ($request, $bytes) = @_;
    utf8_encode($bytes);    # a place in characters would be looked for from the beginning
    say_slices($request, $bytes, 1);
}

sub say_slices {
    my ($request, $bytes, $is_text) = @_;
    my ($start, $length) = (0, length $bytes);
    while ($start < $length) {
        my $part = substr($bytes, $start, $part_size);
        $part =~ s/[\xc0-\xff][\x80-\xbf]*\z// if substr($bytes, $start + length $part, 1) =~ /[\x80-\xbf]/;
        $start += length $part;
        utf8_decode($part) if $is_text;
        say_part($request, encode_string($part));    # to look whether it is plain would take half as long again
    }
}

sub say_list {
    my ($request, $list) = @_;
    local $has_objects;
    my ($next, $count) = (0, $first_part);
    while ($next < @$list) {
        my $end = $next + $count < @$list ? $next + $count : @$list;
        my $items = sub { \@_ }->(@$list[$next .. $end - 1]);    # the very items: a copy may have forgotten what they are
        my $text = encode($items);
        say_part($request, $text);
        $count = int(($end - $next) * $part_size / length $text) || 1;
        $next = $end;
    }
    $answered = $list if !$has_objects;
}
