#: lazy
# Does what the host wants done with an object, link by link.

sub run_chain {
    my ($start, $links) = @_;
    @failed_link = ();
    return held_package(imported($start->[1])) if !@$links;
    return with_held(follow($start, $links));
}

# A package by its name; its file is read if it is not there.
sub imported {
    my ($name) = @_;
    if ($name !~ /^\w+(?:::\w+)*\z/) {
        my $is_file = $name =~ m{/|\.p[lm]\z};
        die "'$name' is not the name of a package" . ($is_file ? "; load('$name') runs a file\n" : "\n");
    }
    no strict 'refs';
    return $name if grep { !/::\z/ && is_filled("$name\::$_") } keys %{"$name\::"};
    (my $file = "$name.pm") =~ s{::}{/}g;
    require $file;
    return $name;
}

# A name that some code has merely mentioned is in the package, too.
sub is_filled {
    my ($name) = @_;
    no strict 'refs';
    return defined &$name || defined $$name || *$name{ARRAY} || *$name{HASH};
}

sub held_package {
    my ($name) = @_;
    return [[undef], [[[0], main::_BOND_hold($name), $name]]];
}

# What a chain comes to: several values are their list, as those of a call are.
sub follow {
    my ($start, $links) = @_;
    my $value = ref $start ? imported($start->[1]) : referred($start);
    my $index = 0;
    return $value if eval { $value = follow_from($value, $links, \$index); 1 };
    my $error = $@;
    unshift @failed_link, $index;
    die $error;
}

# It is no loop: a `last` of the user's would leave that.
sub follow_from {
    my ($value, $links, $index) = @_;
    return $value if $$index == @$links;
    my @values = linked($value, @{ $links->[$$index] });
    ++$$index;
    @_ = (@values == 1 ? $values[0] : \@values, $links, $index);
    goto &follow_from;
}

sub linked {
    my ($value, $kind, $name, $arguments, $references, $named) = @_;
    return got($value, $name) if $kind eq 'get';
    my @arguments = $references || $named ? with_references($arguments, $references, $named) : @$arguments;
    return ${ entry($value, $arguments[0]) } if $kind eq 'item';
    return invoked($value, $name, @arguments) if $kind eq 'invoke';
    return $value->new(@arguments) if $kind eq 'new';
    return main::_BOND_apply($value, @arguments);
}

# What a package has are functions; its methods are called by a name with an arrow in front.
sub invoked {
    my ($value, $name, @arguments) = @_;
    my $is_method = substr($name, 0, 2) eq '->';
    my $method = $is_method ? substr($name, 2) : $name;
    return $value->$method(@arguments) if $is_method || ref $value && $can->($value, 'can');
    return function_of($value, $method)->(@arguments) if !ref $value;
    return ${ entry($value, $name) }->(@arguments);
}

# A variable or a function of a package; of an object, what a method without arguments gives, or an entry.
sub got {
    my ($value, $name) = @_;
    return member($value, $name) if !ref $value;
    return $value->$name() if $can->($value, 'can') && $value->can($name);
    return ${ entry($value, $name) };
}

# A scalar, a function, an array or a hash of that name, in this order. A sigil in front chooses.
sub member {
    my ($package, $name) = @_;
    no strict 'refs';
    my $sigil = $name =~ s/^([\$\@%])// ? $1 : '';
    my $full = "$package\::$name";
    return $$full if $sigil eq '$' || !$sigil && defined $$full;
    return function_of($package, $name) if !$sigil && defined &$full;
    my ($array, $hash) = (*$full{ARRAY}, *$full{HASH});
    return $array if $array && $sigil ne '%';
    return $hash if $hash && $sigil ne '@';
    die "$package has no variable $sigil$name\n" if $sigil;
    die "$package has no function or variable $name; a method of the class is '->$name'\n";
}

sub function_of {
    my ($package, $name) = @_;
    no strict 'refs';
    defined &{"$package\::$name"} or die "$package has no function $name; a method of the class is '->$name'\n";
    return \&{"$package\::$name"};
}

sub with_references {
    my ($arguments, $references, $named) = @_;
    for my $index (0 .. $#{ $references || [] }) {
        my ($path, $code) = @{ $references->[$index] };
        my @where = $path->[0] eq 'kwargs' ? ($named, [@$path[1 .. $#$path]]) : ($arguments, $path);
        if (!eval { place(@where, $code); 1 }) {
            my $error = $@;
            unshift @failed_link, $index if ref $code;
            die $error;
        }
    }
    return (@$arguments, map { $_ => $named->{$_} } sort keys %{ $named || {} });
}
