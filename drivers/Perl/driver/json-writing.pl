#: lazy
# Writes values as JSON, exactly or with an error that says where: lists, hashes, and what they hold.

# JSON text of a value, in UTF-8; what the protocol would change on the way is an error that says where it sits: below the
# second argument, or in the result.
sub encode {
    my $is_long;    # whether looking for escapes would take long; bytes need none
    if (!ref $_[0]) {    # as most are
        my $text = plain_text($_[0]);
        return $text if defined $text;
        $is_long = !length ref $_[0] && length $_[0] > $long_text;
    }
    elsif (ref $_[0] eq 'ARRAY' && @{ $_[0] } < 9) {
        my @texts = map { plain_text($_) } @{ $_[0] };
        return '[' . join(',', @texts) . ']' if !grep { !defined } @texts;
    }
    local $SIG{__DIE__} if $SIG{__DIE__};    # what is thrown below is none of the user's business
    local $block = ++$last_block;
    local $json = '';
    if (!eval { $is_long ? $json = encode_string($_[0]) . ',' : write_items(0, undef, $_[0]); 1 }) {
        my $error = $@;
        die $error if !is_refusal($error);    # by a TO_JSON, say
        my $start = defined $_[1] ? $_[1] . (defined $_[2] ? $_[2] : '') : 'result';
        my $way = $error->{message} eq $too_deep && find_depth($_[0], 0, {});
        my ($path, $reason) = find_culprit($_[0], $way ? "$start$way" : $start, $error);
        die $reason if !is_refusal($reason);
        refuse("$path: $reason->{message}");
    }
    chop $json;
    return $json;
}

sub encode_value {
    my ($value, $depth) = @_;
    local $json = '';
    write_items($depth, undef, $value);
    chop $json;
    return $json;
}

# Writes values that are as deep as that, with a comma behind each, and with keys in front if they have some. Most are
# told apart and written right here: calling a sub for each would take as long again.
sub write_items {
    my ($depth, $keys) = (shift, shift);
    my $index = 0;
    for (@_) {
        $json .= $keys->[$index++] if $keys;
        my $value = $_;    # as in plain_text; and what is tied may say something else when it is asked again
        if (length ref $value) { write_reference($value, $depth + 1) }
        elsif (!defined $value) { $json .= 'null,' }
        elsif (is_number($value)) {
            my $is_exact = int $value == $value
                ? $value ? abs $value < 1e15 || "$value" !~ tr/-0-9//c : sprintf('%g', $value) eq '0'
                : abs $value < 1e9 && int($value * 1e6 + ($value < 0 ? -0.5 : 0.5)) / 1e6 == $value;
            $json .= $is_exact ? "$value," : encode_number($value) . ',';
        }
        elsif (is_bool($value)) { $json .= $value ? 'true,' : 'false,' }
        elsif ($value =~ tr/ !#-)+-[]-~//c) {    # a glob begins with a star
            $json .= encode_string($value);
            $json .= ',';
        }
        else { $json .= "\"$value\"," }
    }
}

sub write_reference {
    my ($value, $depth) = @_;
    my $kind = ref $value;
    refuse($too_deep) if $depth > $max_depth;
    if ($kind eq 'ARRAY') {
        $json .= '[';
        my $write = @$value > 8 && ref $value->[0] eq 'HASH' ? row_writer(keys %{ $value->[0] }) : \&write_items;
        $write->($depth, undef, @$value);
        chop $json if @$value;
        $json .= '],';
    }
    elsif ($kind eq 'HASH') { write_hash($value, $depth) }
    else { $json .= join(',', outside_loops(\&encode_object, $value, $kind, $depth), '') }
}

sub write_hash {
    my ($value, $depth) = @_;
    return write_tied_hash($value, $depth) if tied %$value;
    my $has_bytes;
    my @keys = map { $key_texts{$_} || encode_key($_, $has_bytes) } keys %$value;
    return $json .= encode_map($value, $depth) . ',' if $has_bytes;
    $json .= '{';
    write_items($depth, \@keys, values %$value);
    chop $json if @keys;
    $json .= '},';
}

# A key of an object, which is text, and its colon: for bytes, it sets its second argument.
sub encode_key {
    if ($_[0] =~ /^[A-Za-z_]\w*\z/a) {
        %key_texts = () if keys %key_texts > 10_000;
        return $key_texts{$_[0]} = "\"$_[0]\":";
    }
    return encode_text($_[0]) . ':' unless $extended;
    $_[1] = 1 if is_bytes($_[0]);
    return encode_text($_[0] =~ /^\$/ ? "\$$_[0]" : $_[0]) . ':';
}
