# Writes values as JSON, exactly or with an error that says where.

my ($protocol, $extended);    # whether it is EJSON, which has words for more than JSON
my $max_depth = 20_000;
my $too_deep = 'refers to itself, or is nested too deep';
my $long_text = 2**18;        # characters; longer ones cross in parts
my %escapes = ('"' => '\\"', '\\' => '\\\\', "\n" => '\\n', "\r" => '\\r', "\t" => '\\t', "\f" => '\\f', "\b" => '\\b');
my %key_texts;                # of keys that are plain, with their colons
our $json;                    # the text that is being written; TO_JSON may have another one written meanwhile

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

# The text of what is neither a list nor an object, if it is as usual: nothing that needs a word, an escape, or parts.
sub plain_text {
    my $value = $_[0];    # of a number, its text is made, and not that of the original: it might be a string from then on
    if (is_number($value)) {
        # Perl's text is exact for integers, but for negative zero's, and for decimals of six places. To read it again, in order to
        # see that, would take longer than to write it.
        my $is_exact = int $value == $value
            ? $value ? abs $value < 1e15 || "$value" !~ tr/-0-9//c : sprintf('%g', $value) eq '0'
            : abs $value < 1e9 && int($value * 1e6 + ($value < 0 ? -0.5 : 0.5)) / 1e6 == $value;
        return $is_exact ? "$value" : undef;
    }
    return 'null' if !defined $value;
    return undef if length ref $value;
    return $value ? 'true' : 'false' if is_bool($value);
    return length $value > $long_text || $value =~ tr/ !#-)+-[]-~//c ? undef : "\"$value\"";
}
