#: lazy
# What Perl would take for something else than the host means.

my %compiled;    # subs that call something function-like, by its text and the number of its arguments
my $prints_to = qr/^\s*(?:print|printf|say)\s+\w+\z/;    # a handle, which is no function

# A sub that calls what is more than a name, or gets code among its arguments.
sub compiled_call {
    my ($name, $spliced, $count) = @_;
    my @terms = map { defined $spliced->{$_} ? "$spliced->{$_}\n" : "\$_[$_]" } 0 .. $count - 1;
    $terms[0] = dereferenced($name) if $count && !defined $spliced->{0} && dereferenced($name);
    my $list = '(' . join(', ', @terms) . ')';
    my $call = $name =~ /^\s*(?:sub\b|\(.*\)\s*\z)/s ? "($name)->$list" : $name . ($name =~ /\w\z/ && $name !~ $prints_to ? $list : " $list");
    %compiled = () if keys %compiled > 1000;
    return $compiled{$call} ||= (run_code("sub { $call\n}"))[0];
}

# The first argument of builtins that work on an array or a hash itself, such as push and keys.
sub dereferenced {
    my ($name) = @_;
    my $prototype = $name =~ /^\w+\z/ && eval { prototype("CORE::$name") };
    return undef unless $prototype && $prototype =~ /^;?(?:\\[\[\@%]|\+)/;
    return $prototype =~ /%/ ? '%{$_[0]}' : '@{$_[0]}';
}

# What begins with a brace is a hash if it can be one, as in an expression; as a statement, it might be a block. Perl is asked
# for errors, behind one that keeps it from running anything, BEGIN included.
sub with_hash {
    my ($code) = @_;
    $code =~ /\A(?:\s++|#[^\n]*+\n|^=[a-zA-Z].*?^=cut\b[^\n]*+\n)*+(?=\{)/ms or return $code;
    my $hash = substr($code, 0, $+[0]) . '+' . substr($code, $+[0]);
    local ($@, $SIG{__DIE__});
    local $SIG{__WARN__} = sub { };
    eval "package main; no strict; 1 = 1;\n$hash";
    die $@ if length ref $@;    # an interrupt
    # If there is a BEGIN in it, Perl looks no further.
    my $can_be = $@ =~ /BEGIN not safe/ ? $hash =~ /\+\{\s*(?:\$?[\w:]+|"[^"]*"|'[^']*')\s*(?:,|=>)/ : ($@ =~ tr/\n//) == 1;
    return $can_be ? $hash : $code;
}

# What takes a function in the place of the block. They are compiled in package main, whose $a and $b it may want.
my %by = (
    map => 'sub __BOND_driver::map_by { my $code = shift; map { $code->($_) } __BOND_driver::listed(@_) }',
    grep => 'sub __BOND_driver::grep_by { my $code = shift; grep { $code->($_) } __BOND_driver::listed(@_) }',
    # The order is a number, of which sort would take the integer.
    sort => 'sub __BOND_driver::sort_by { my $code = shift; sort { $code->($a, $b) <=> 0 } __BOND_driver::listed(@_) }',
);

sub taking_function {
    my ($builtin) = @_;
    run_code(delete $by{$builtin}) if $by{$builtin};
    return "__BOND_driver::${builtin}_by";
}

sub listed { @_ == 1 && ref $_[0] eq 'ARRAY' ? @{ $_[0] } : @_ }
