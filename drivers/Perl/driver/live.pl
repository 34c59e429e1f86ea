#: lazy
# Objects of the host as objects here: what is done with one is asked of the host, which checks what may be touched.

my %live_objects;    # weak references to those that are in use, by what they are there
my ($refaddr, $weaken);

# An object that the host has lent by a function: the same as long as it is in use, whatever number it is lent by.
sub main::_BOND_live {
    my ($number, $flags, $class, $identity) = @_;
    my $ask = main::_BOND_callback($number, index($flags, 'h') >= 0);    # which is released at once if it is not needed
    return $live_objects{$identity} if defined $live_objects{$identity};
    define_live() if !$has_live;
    my $state = { ask => $ask, number => $number, class => $class, identity => $identity, flags => $flags };
    my $package = $flags =~ /c/ ? '_BOND_LiveFunction' : $flags =~ /i/ ? '_BOND_LiveList' : '_BOND_Live';
    my $live = $live_objects{$identity} = bless \$state, $package;
    $weaken->($live_objects{$identity});
    return $live;
}

# Gives operators to their classes. Where their module cannot be loaded, objects have methods alone.
sub define_live {
    load('Scalar/Util.pm');
    ($refaddr, $weaken, $has_live) = (\&Scalar::Util::refaddr, \&Scalar::Util::weaken, 1);
    load_overload() or return;
    my $same = sub { ref $_[0] && ref $_[1] && $refaddr->($_[0]) == $refaddr->($_[1]) };
    my $equal = sub { ref $_[1] ? $same->(@_) : live_text($_[0]) eq $_[1] };
    overload::OVERLOAD('_BOND_Live',
        'bool' => sub { 1 }, '""' => \&live_text, '0+' => sub { $refaddr->($_[0]) }, '%{}' => \&live_hash,
        '==' => $same, '!=' => sub { !$same->(@_) }, 'eq' => $equal, 'ne' => sub { !$equal->(@_) },
        'fallback' => 1);
    overload::OVERLOAD('_BOND_LiveList', '@{}' => \&live_list);
    overload::OVERLOAD('_BOND_LiveFunction', '&{}' => sub {
        my $ask = ${ $_[0] }->{ask};
        return sub { $ask->('call', undef, [@_]) };
    });
}

@_BOND_LiveList::ISA = @_BOND_LiveFunction::ISA = ('_BOND_Live');

sub is_live { ref $_[0] && $isa->($_[0], '_BOND_Live') && ref ${ $_[0] } eq 'HASH' }

sub live_text {
    my ($found) = ${ $_[0] }->{ask}->('text');
    return @$found ? $found->[0] : "${ $_[0] }->{class} of the host";
}

# Its items; of what has no numbers for them, a list of what there is now.
sub live_list {
    my $state = ${ $_[0] };
    if ($state->{flags} !~ /s/) {
        my ($next, @items) = $state->{ask}->('iterate');
        while (defined(my $item = $next->())) { push @items, $item }
        return \@items;
    }
    return $state->{list} ||= do { tie my @list, '_BOND_LiveArray', $state->{ask}; \@list };
}

sub live_hash {
    my $state = ${ $_[0] };
    return $state->{hash} ||= do { tie my %hash, '_BOND_LiveHash', $state->{ask}; \%hash };
}

# A method is one of the host's; of a property, one that gets it, or sets it to its argument.
sub _BOND_Live::AUTOLOAD {
    my ($self, @arguments) = @_;
    my ($name) = $_BOND_Live::AUTOLOAD =~ /(\w+)\z/;
    die "$_BOND_Live::AUTOLOAD is a method of objects of the host alone\n" if !ref $self;
    die "an object of the host has no method '$name' that may be called\n" if $name =~ /^_/;
    return ${$self}->{ask}->('access', $name, \@arguments);
}

sub _BOND_Live::can {
    my ($self, $name) = @_;
    my $own = $can->($self, $name);
    return $own if $own || !ref $self || $name =~ /^_|^[A-Z_]+\z/ || !${$self}->{ask}->('has', $name);
    return sub { my $object = shift; $object->$name(@_) };
}

sub _BOND_Live::DESTROY {
    my $state = ${ $_[0] };
    delete $live_objects{ $state->{identity} } if !defined $live_objects{ $state->{identity} };
}

# What is tied has the function that asks the host, and not the object, which would never be let go of.

sub _BOND_LiveArray::TIEARRAY { bless { ask => $_[1] }, $_[0] }
sub _BOND_LiveArray::FETCHSIZE { $_[0]{ask}->('length') }
sub _BOND_LiveArray::FETCH { $_[0]{ask}->('item', $_[1])->[0] }
sub _BOND_LiveArray::EXISTS { scalar @{ $_[0]{ask}->('item', $_[1]) } }
sub _BOND_LiveArray::STORE { $_[0]{ask}->('setItem', $_[1], [$_[2]]) }
sub _BOND_LiveArray::PUSH { my $self = shift; $self->{ask}->('setItem', undef, [$_]) for @_; $self->FETCHSIZE }
sub _BOND_LiveArray::EXTEND { }

sub _BOND_LiveHash::TIEHASH { bless { ask => $_[1] }, $_[0] }
sub _BOND_LiveHash::FETCH { $_[0]{ask}->('item', $_[1])->[0] }
sub _BOND_LiveHash::EXISTS { scalar @{ $_[0]{ask}->('item', $_[1]) } }
sub _BOND_LiveHash::STORE { $_[0]{ask}->('setItem', $_[1], [$_[2]]) }
sub _BOND_LiveHash::DELETE { $_[0]{ask}->('deleteItem', $_[1]) }
sub _BOND_LiveHash::FIRSTKEY { $_[0]{keys} = $_[0]{ask}->('itemKeys'); shift @{ $_[0]{keys} } }
sub _BOND_LiveHash::NEXTKEY { shift @{ $_[0]{keys} } }

# The text of a result: with objects of the host in it, those are named behind it, and a sign stands in front.
sub encode_result {
    my ($value) = @_;
    local $SIG{__DIE__};
    my $text;
    return $text if eval { $text = encode($value); 1 };
    return '@[' . text_with_live([$value], $@) . ']';
}

# The same for the arguments of a call.
sub encode_arguments {
    my ($arguments, $name, $end) = @_;
    local $SIG{__DIE__};
    my $text;
    return $text if eval { $text = encode($arguments, $name, $end); 1 };
    return text_with_live($arguments, $@, $name, $end);
}

# The text of arguments, or of a result in a list, and of where in them objects of the host were; it dies of `$error` if there are none.
sub text_with_live {
    my ($values, $error, @root) = @_;
    die $error if !is_refusal($error);
    my @places;
    my @plain = map { without_live($values->[$_], [$_], \@places) } 0 .. $#$values;
    die $error if !@places;
    return (@root ? encode(\@plain, @root) : '[' . encode($plain[0]) . ']') . ',' . encode(\@places);
}

sub without_live {
    my ($value, $path, $places) = @_;
    my $kind = ref $value;
    return $value if !$kind || @$path > 300;    # what is nested deeper is left to what writes it
    if (is_live($value)) {
        push @$places, [$path, -${$value}->{number}, 'live'];
        return undef;
    }
    return [map { without_live($value->[$_], [@$path, $_], $places) } 0 .. $#$value] if $kind eq 'ARRAY';
    return $value if $kind ne 'HASH' || !has_plain_keys($value);
    return { map { $_ => without_live($value->{$_}, [@$path, "$_"], $places) } keys %$value };
}
