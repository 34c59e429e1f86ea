# Writes plain values as JSON; what is in json-writing writes all others.

my ($protocol, $extended);    # whether it is EJSON, which has words for more than JSON
my $max_depth = 20_000;
my $too_deep = 'refers to itself, or is nested too deep';
my $long_text = 2**18;        # characters; longer ones cross in parts
my %escapes = ('"' => '\\"', '\\' => '\\\\', "\n" => '\\n', "\r" => '\\r', "\t" => '\\t', "\f" => '\\f', "\b" => '\\b');
my %key_texts;                # of keys that are plain, with their colons
our $json;                    # the text that is being written; TO_JSON may have another one written meanwhile

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
