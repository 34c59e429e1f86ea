#: lazy
# Keeps what the host holds, makes what it lends, and puts both among arguments.

my %held;          # what the host holds here, by number
my $counter = 0;

sub main::_BOND_hold {
    $held{ ++$counter } = kept(@_);
    return $counter + 0;    # before 5.36, what has been a key is taken for a string
}

# What a sub throws, so that it can be held; undef if it throws nothing.
sub main::_BOND_catch {
    my ($code, @arguments) = @_;
    local $@;
    return eval { $code->(@arguments); 1 } ? undef : $@;
}

sub main::_BOND_held {
    exists $held{ $_[0] } or die "nothing is held under the number $_[0]\n";
    return $held{ $_[0] };
}

# Lets go of something. Its destructor may fail as it likes; the host does not expect to be called by it.
sub release {
    my ($number) = @_;
    local ($@, $!, $?);
    local $releasing = 1;
    eval { delete $held{$number} };
}

# What may have a destructor all the same, such as a tied hash, cannot call the host by then.
sub free_answered {
    local ($@, $!, $?);
    local $releasing = 1;
    eval { undef $answered; 1 } or outlive($@);
}

sub main::_BOND_get { ${ entry(@_) } }
sub main::_BOND_set { ${ entry(@_[0, 1], 1) } = $_[2]; return }

# A reference to an entry of a hash or an array, blessed or not. To look for one does not make it.
sub entry {
    my ($holder, $name, $is_new) = @_;
    my $type = type_of($holder);
    if ($type eq 'HASH') { return $is_new || exists $holder->{$name} ? \$holder->{$name} : \undef }
    die no_entries($holder, $name, $type) if $type ne 'ARRAY';
    die "'$name' is not the index of an array\n" if $name !~ /^-?\d+\z/;
    return $is_new || exists $holder->[$name] ? \$holder->[$name] : \undef;
}

sub no_entries {
    my ($holder, $name, $type) = @_;
    no strict 'refs';
    return "a value of type $type has no entries\n" if $type ne 'SCALAR' || $name !~ /^\w+\z/ || !%{"$holder\::"};
    return "$holder is a package: read \$$name as a property, and set it by evalBlock('\$$holder\::$name = ...')\n";
}

# What a value is below its class.
sub type_of {
    return ref \$_[0] unless ref $_[0];
    # Where that cannot be loaded, no class has operators of its own.
    return (load_overload() ? overload::StrVal($_[0]) : "$_[0]") =~ /(\w+)\(0x\w+\)\z/ ? $1 : '';
}

sub main::_BOND_invoke { my ($holder, $method, @arguments) = @_; $holder->$method(@arguments) }

sub main::_BOND_apply {
    my ($code, @arguments) = @_;
    return $code->(@arguments) if length ref $code || !$can->($code, 'new');
    return $code->new(@arguments);
}

sub main::_BOND_hold_result {
    my ($name, @arguments) = @_;
    return main::_BOND_hold(main::_BOND_apply(@arguments)) if $name eq '_BOND_apply';
    return main::_BOND_hold(main::_BOND_invoke(@arguments)) if $name eq '_BOND_invoke';
    return main::_BOND_hold(run_call($name, \@arguments));
}

# A function that the host has lent, by its number; whether what cannot cross of its arguments is held.
sub main::_BOND_callback {
    my ($number, $is_holding) = @_;
    my $lent = bless { number => $number }, '_BOND_Lent';
    return sub { call_host('callback', holding_arguments([@_]), $lent->{number}) } if $is_holding;
    return sub { call_host('callback', [@_], $lent->{number}) };
}

sub _BOND_Lent::DESTROY { push @released, $_[0]{number} unless ${^GLOBAL_PHASE} eq 'DESTRUCT' }

# Returns one item after the other of what the host hands out in batches, and undef at the end.
sub main::_BOND_stream {
    my $take = main::_BOND_callback($_[0]);
    my ($size, @items) = (1);
    return sub {
        while (!@items) {
            return undef unless $take;
            my ($batch, $is_done) = @{ $take->($size) };
            @items = @$batch;
            $size *= 2 if $size < 256;
            undef $take if $is_done;
        }
        my $item = shift @items;
        return $item if defined $item;
        die _BOND_SerializationException->new('an item of the stream is null, which cannot be told from its end');
    };
}

# Such an expression need not be compiled: there is a new one every time.
my $lent_or_held = qr/^_BOND_(callback|stream|held)\((\d+)(, 1)?\)\z/;
my $live = qr/^_BOND_live\((\d+), '(\w*)', '(\w+)', (\d+)\)\z/;
my %lent_or_held = (callback => \&main::_BOND_callback, stream => \&main::_BOND_stream, held => \&main::_BOND_held);

# Puts what expressions refer to among the arguments, and those that have names behind the others. Expressions that are
# arguments themselves stand in the call as they are, prototypes and all: they are returned.
sub put_references {
    my ($arguments, $references, $named) = @_;
    my %spliced;
    for my $reference (@{ $references || [] }) {
        my ($path, $code) = @$reference;
        if ($path->[0] eq 'kwargs') { place($named, [@$path[1 .. $#$path]], $code) }
        elsif (@$path == 1 && !ref $code && $code !~ $lent_or_held && $code !~ $live) { $spliced{ $path->[0] } = $code }
        else { place($arguments, $path, $code) }
    }
    push @$arguments, map { $_ => $named->{$_} } sort keys %$named if $named;
    return \%spliced;
}

# Puts what an expression refers to in its place.
sub place {
    my ($place, $path, $code) = @_;
    my ($last, @steps) = reverse @$path;
    $place = ref $place eq 'HASH' ? $place->{$_} : $place->[$_] for reverse @steps;
    my $value = referred($code);
    if (ref $place eq 'HASH') { $place->{$last} = $value }
    else { $place->[$last] = $value }
}

sub referred {
    my ($code) = @_;
    return kept(outside_loops(\&follow, @$code)) if ref $code;
    return $lent_or_held{$1}->($2 + 0, $3) if $code =~ $lent_or_held;
    return main::_BOND_live($1 + 0, $2, $3, $4 + 0) if $code =~ $live;
    return kept(outside_loops(\&run_code, "($code\n)"));
}

# The same for what stays here: a list of its own, and not what the values are taken from.
sub kept { @_ == 1 ? $_[0] : [@_] }
