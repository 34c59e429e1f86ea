#: lazy
# Writes and reads numbers that are not as usual.

sub encode_number {
    my $number = $_[0];
    my $text = do { my $copy = $number; "$copy" };
    if ($text =~ /^-?\d+\z/ && $text == $number) {
        return $number == 0 && sprintf('%g', $number) eq '-0' ? '-0.0' : $text;
    }
    if ($text =~ /[nN]/) {
        return word(numberDouble => '"' . not_finite($number) . '"') if $extended;
        refuse("$text is not a JSON number");
    }
    for my $digits (15 .. 17) {
        $text = sprintf("%.${digits}g", $number);
        last if $read_decimal->($text) == $number;
    }
    # A float beyond 2^53 may happen to be whole: without a fraction, it would arrive as an integer.
    return $text =~ /^-?\d+\z/ && abs($number) > 9007199254740992 ? "$text.0" : $text;
}

# The name of a number that is not finite.
sub not_finite {
    my ($number) = @_;
    return $number - $number == 0 ? undef : $number != $number ? 'NaN' : $number > 0 ? 'Infinity' : '-Infinity';
}

sub decode_decimal {
    my ($text) = @_;
    my $number = $read_decimal->($text);
    return $number == 0 && $text =~ /^-/ ? -0.0 : $number;
}

# An integer that may have more digits than a number of Perl's.
sub decode_long {
    my ($text, $number) = @_;
    return $number if do { my $copy = $number; "$copy" eq $text };    # before 5.36, the copy is a string from now on
    return with_module('Math/BigInt.pm', sub { Math::BigInt->new($text, undef, undef) });
}
