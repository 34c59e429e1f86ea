#: lazy
# Writes objects of classes, and what is tied.

# It says what it has once, and might say the same key twice.
sub write_tied_hash {
    my ($tied, $depth) = @_;
    my %value;
    while (my ($key, $value) = each %$tied) {
        refuse("a tied hash has the key '$key' twice") if exists $value{$key};
        $value{$key} = $value;
    }
    write_hash(\%value, $depth);
}

sub encode_object {
    my ($value, $kind, $depth) = @_;
    my $is_object = $can->($value, 'isa');    # and not just a reference
    if ($is_object) {
        return $$value if ref $value eq '_BOND_Encoded';
        return $$value ? 'true' : 'false' if $isa->($value, 'JSON::PP::Boolean') && $isa->($value, 'SCALAR');
        $has_objects = 1;
        if (my $to_json = $can->($value, 'TO_JSON')) {
            my $json = $to_json->($value);    # one value, as for other modules, whatever it returns
            return encode_value($json, $depth);
        }
        if ($isa->($value, 'Math::BigInt') && !$isa->($value, 'Math::BigFloat')) {
            refuse("$value is not a JSON number") if $value->is_nan || $value->is_inf;
            my $digits = $value->bstr;
            refuse("'$digits' is not a JSON number") if $digits !~ /^-?[0-9]+\z/;
            return $digits;
        }
        return encode_date($value) if $extended && $isa->($value, 'Time::Piece');
    }
    refuse("a reference to $kind cannot be carried by $protocol" . advice($value, $kind, $is_object));
}

sub encode_date {
    my $epoch = $_[0]->epoch;
    my $nearest = sprintf('%.0f', 1000 * $epoch);    # the product may be off by one
    my ($milliseconds) = grep { $_ / 1000 == $epoch } map { sprintf('%.0f', $nearest + $_) } 0, -1, 1;
    # What is nearly that, as far as floats go, is meant to be that: 1700000000.1 + 0.023.
    $milliseconds = $nearest if !defined $milliseconds && abs($epoch - $nearest / 1000) <= 1e-9 + 2.3e-16 * abs($epoch);
    refuse("a moment with a fraction of a millisecond cannot be carried: send its ->epoch, or convert all by presets.Perl.dates({ microseconds: 'truncate' })") unless defined $milliseconds;
    refuse('a moment that far away cannot be carried: send its ->epoch') if abs($milliseconds) > 8.64e15;    # by a Date
    return word(date => "{\"\$numberLong\":\"$milliseconds\"}");
}

# Runs what runs user code, so that its `last`, `next` and `redo` do not lead into a loop of this text.
sub outside_loops {
    my $run = shift;
    my ($is_begun, $values);
    {
        die $no_loop if $is_begun++;
        $values = [$run->(@_)];
    }
    return @{ $values || die $no_loop };
}
