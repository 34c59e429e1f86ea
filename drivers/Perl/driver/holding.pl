#: lazy
# Holds what cannot cross, and says in which places of a result, or of arguments, it was.

my $deepest = 300;    # what is nested deeper is held

# The text of a list with a result, and of what is held in places of it: paths, numbers, and what that is in words.
sub with_held {
    my ($value) = @_;
    return encoded('[' . text_with_held([$value]) . ']');
}

# The arguments of a function that gets what cannot cross as handles; where those are is told behind them.
sub holding_arguments {
    my ($arguments) = @_;
    return $arguments if $releasing || is_fork();    # the call will be refused
    local ($@, $!);
    return encoded(text_with_held($arguments));
}

sub encoded { bless \$_[0], '_BOND_Encoded' }

sub text_with_held {
    my ($values) = @_;
    my ($text, @places, %numbers);
    local $SIG{__DIE__};
    return $text if eval { $text = encode($values); 1 };
    die $@ if !is_refusal($@);    # by a TO_JSON, say
    my $write = sub {
        my @plain = map { without_held($values->[$_], [$_], \@places, \%numbers) } 0 .. $#$values;
        $text = encode(\@plain) . (@places ? ',' . encode(\@places) : '');
    };
    return $text if eval { $write->(); 1 };
    my $error = $@;
    release($_) for values %numbers;
    die $error;
}

# A value with nothing in the place of what is held; behind the rest, what it is a part of.
sub without_held {
    my ($value, $path, $places, $numbers, @parents) = @_;
    return $value if eval { encode($value); 1 };
    die $@ if !is_refusal($@);
    my $kind = ref $value;
    if (($kind eq 'ARRAY' || $kind eq 'HASH' && has_plain_keys($value)) && @$path <= $deepest && !grep { $_ == $value } @parents) {
        my $part = sub { without_held($_[0], [@$path, $_[1]], $places, $numbers, @parents, $value) };
        return [map { $part->($value->[$_], $_) } 0 .. $#$value] if $kind eq 'ARRAY';
        return { map { $_ => $part->($value->{$_}, $_) } keys %$value };
    }
    if ($has_live && is_live($value)) {    # it goes back to where it is from
        push @$places, [$path, -${$value}->{number}, 'live'];
        return undef;
    }
    $value = $$value if $kind eq '_BOND_Kept';    # it is held even if it could cross
    my $identity = ref $value && load_overload() ? overload::StrVal($value) : "$value $#$places";
    $numbers->{$identity} ||= main::_BOND_hold($value);    # what stands twice in a message is held once
    push @$places, [$path, $numbers->{$identity}, described($value)];
    return undef;
}

sub has_plain_keys {
    my ($hash) = @_;
    return !tied %$hash && !($extended && grep { is_bytes($_) } keys %$hash);
}

sub described { text_of(ref $_[0] || ref \$_[0]) }
