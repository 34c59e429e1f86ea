#: lazy
# Classes below one that is here, whose methods are functions of the host.

my %extended;    # their names, by the host's keys for them

# Makes a class, and holds its name.
sub main::_BOND_extend {
    my ($key, $base, $name, $members) = @_;
    die 'a reference (' . described($base) . ") cannot be extended: it is not the name of a class\n" if ref $base;
    $base = class_to_extend($base);
    my $class = defined $name ? free_name($name) : own_name($base);
    my (%subs, %accessors);
    for my $member (@$members) {
        my ($kind, $method, $value) = @$member;
        $method =~ /^[A-Za-z_]\w*\z/ or die "'$method' is not a valid name for a method\n";
        if ($kind eq 'value') { $subs{$method} = sub { $value } }
        elsif ($kind eq 'get' || $kind eq 'set') { $accessors{$method}{$kind} = $value }
        else { $subs{$method} = $method eq 'DESTROY' ? destructor_of($value) : method_of($value) }
    }
    $subs{$_} = accessor_of($base, $_, %{ $accessors{$_} }) for keys %accessors;
    define_class($class, $base, \%subs);
    $extended{$key} = $class;
    return main::_BOND_hold($class);
}

# A package by its name; its file is read if it is not there.
sub class_to_extend {
    my ($base) = @_;
    $base =~ /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*\z/ or die "'$base' cannot be extended: it is not the name of a class\n";
    my $is_there = eval { imported($base); 1 };
    $is_there or die "'$base' cannot be extended: there is no such package" . ($@ =~ /^Can't locate / ? "\n" : ": $@");
    return $base;
}

sub is_taken {
    my ($class) = @_;
    no strict 'refs';
    return scalar grep { !/::\z/ } keys %{"$class\::"};
}

sub free_name {
    my ($name) = @_;
    $name =~ /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*\z/ && $name ne 'main' or die "'$name' is not a valid name for a class\n";
    die "the name $name is taken: give the class another name\n" if is_taken($name);
    return $name;
}

sub own_name {
    my ($base) = @_;
    my ($last) = $base =~ /(\w+)\z/;
    my ($name, $count) = ("Extended$last", 1);
    $name = "Extended$last" . ++$count while is_taken($name);
    return $name;
}

sub define_class {
    my ($class, $base, $subs) = @_;
    (my $file = "$class.pm") =~ s{::}{/}g;
    no strict 'refs';
    @{"$class\::ISA"} = ($base);
    &mro::set_mro($class, &mro::get_mro($base)) if load('mro.pm');
    *{"$class\::$_"} = $subs->{$_} for keys %$subs;
    $INC{$file} = '(bond)' if !exists $INC{$file};    # `use parent` finds it
}

sub method_of {
    my ($function) = @_;
    return sub {
        my $self = shift;
        return $function->(bless(\$self, '_BOND_Kept'), @_);
    };
}

# The host is not called while it lets go of an object, nor when all of them are destroyed.
sub destructor_of {
    my $method = method_of($_[0]);
    return sub { $method->(@_) if !$releasing && ${^GLOBAL_PHASE} ne 'DESTRUCT' };
}

# A method that gets a property, or sets it to its argument; what is not given is that of the base.
sub accessor_of {
    my ($base, $name, %given) = @_;
    my %methods = map { $_ => method_of($given{$_}) } keys %given;
    return sub {
        my $method = $methods{ @_ > 1 ? 'set' : 'get' } || $base->can($name) || die "the property '$name' can only be "
            . (@_ > 1 ? "read\n" : "set\n");
        goto &$method;
    };
}

# What has been thrown here is thrown again, since a function of the host has not caught it.
sub main::_BOND_raise { die $_[0] }

# What is above a class, for an instance of it, or for a name of a class.
sub main::_BOND_super {
    my ($instance, $key) = @_;
    my $class = $extended{$key};
    defined $class && $isa->($instance, $class) or die "it is not an instance of that class\n";
    return bless { instance => $instance, class => $class }, '_BOND_Super';
}

sub call_super {
    my ($super, $name, @arguments) = @_;
    my $method = "$super->{class}::SUPER::$name";
    return $super->{instance}->$method(@arguments);
}

sub _BOND_Super::AUTOLOAD {
    my $super = shift;
    my ($name) = $_BOND_Super::AUTOLOAD =~ /(\w+)\z/;
    return call_super($super, $name, @_);
}

sub _BOND_Super::DESTROY { }
sub _BOND_Super::can { my ($super, $name) = @_; sub { my $super = shift; call_super($super, $name, @_) } }
sub _BOND_Super::isa { my $super = shift; call_super($super, 'isa', @_) }
sub _BOND_Super::DOES { my $super = shift; call_super($super, 'DOES', @_) }
