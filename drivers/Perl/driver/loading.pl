#: lazy
# Runs a file as a program, and puts functions of the host in the place of those that it defines, or what it loads.

my %originals;     # what has been replaced, by name
my %defined_by;    # names of the subs that a file has defined, by its path
our $loading;      # what one load has to replace: callbacks, by the full names of subs
our $replaced;     # the innermost call of a replacement: its name, the context, and whether the original has returned a list

# Runs a file; returns the names of those that nothing has defined, and of what could have been meant.
sub main::_BOND_load {
    my ($file, $replacements) = @_;
    my $path = $file;
    utf8_encode($path) if is_utf8($path);
    my $text = program_text($path);
    my %wanted = map { full_name($_->[0]) => { name => $_->[0], callback => $_->[1] } } @$replacements;
    no strict 'refs';
    for my $full_name (keys %wanted) { $wanted{$full_name}{before} = defined &$full_name ? \&$full_name : 0 }
    local $loading = { wanted => \%wanted, path => $path };
    my $names = run_program($path, $text);
    replace_rest();
    $defined_by{$path} = $names;
    my @missing = map { $_->{name} } grep { !$_->{is_done} } map { $wanted{$_} } sort keys %wanted;
    return [\@missing, [sort map { /^main::(.*)/s ? $1 : $_ } @$names]];
}

# The name of a sub, without the sign of one that returns a list.
sub full_name {
    my ($name) = $_[0] =~ /^\@?((?:[A-Za-z_]\w*(?:::|'))*[A-Za-z_]\w*)\z/ or die "'$_[0]' is not a valid name for a function\n";
    return $name =~ /::/ ? $name : "main::$name";
}

sub program_text {
    my ($path) = @_;
    open my $program, '<:raw', $path or die "Can't open perl script \"$path\": $!\n";
    local $/;
    my $text = <$program>;
    return defined $text ? $text : '';
}

# Runs the text of a file, and returns the names of the subs that are defined meanwhile. When Perl has compiled a sub that
# %DB::postponed has the name of, it calls the sub DB::postponed.
sub run_program {
    my ($path, $text) = @_;
    forget_subs(@{ $defined_by{$path} || [] });
    ($0, $^W) = ($path, $text =~ /^#!.*perl.*\s-[a-zA-Z]*w/ ? 1 : $^W);
    &FindBin::again() if defined &FindBin::again;
    open_data($path, $text);
    (my $shown = $path) =~ s/["\n]/_/g;
    my @values;
    {
        no strict 'refs';
        local *DB::postponed = \&replace_now;
        local %DB::postponed = map { $_ => 1 } keys %{ $loading->{wanted} };
        local $^P = $^P | 0x10;
        local %DB::sub;
        local $__BOND_driver::code = "UNITCHECK { __BOND_driver::is_compiled() }\n#line 1 \"$shown\"\n$text";
        $__BOND_driver::code = untainted($__BOND_driver::code) if $taints;
        override_caller();
        @values = evaluate();
        restore_caller();
        $loading->{names} = [grep { !/::BEGIN\z/ && $DB::sub{$_} =~ /^\Q$shown\E:/ } keys %DB::sub];
    }
    my $thrown = pop @values;
    return $loading->{names} if !length ref $thrown && $thrown eq '';
    local $SIG{__DIE__};    # which has heard of it
    die $thrown;
}

# A file that is loaded again defines its subs again, which is nothing to warn of.
sub forget_subs {
    no strict 'refs';
    for my $name (@_) { undef &$name if defined &$name }
}

# What stands behind __END__ or __DATA__ can be read from DATA.
sub open_data {
    my ($path, $text) = @_;
    my $code = $text;
    $code =~ s/^(=[a-zA-Z].*?(?:^=cut\b[^\n]*\n|\z))/ "\n" x length $1 /gemsx if $code =~ /^=[a-zA-Z]/m;
    $code =~ /^__(?:END|DATA)__\b[^\n]*\n/m or return;
    my ($end, $before) = ($+[0], substr($code, 0, $-[0]));
    my ($package) = $before =~ /.*^\s*package\s+([\w:]+)\s*;/ms;
    no strict 'refs';
    my $data = \*{ (defined $package ? $package : 'main') . '::DATA' };
    my $source = $loading->{is_sent} ? \"$text" : $path;    # a copy, which the handle keeps
    open $data, $before =~ /^\s*use\s+utf8\b/m ? '<:utf8' : '<', $source or return;
    seek $data, $end, 0;
    return;
}

# The text is compiled, and does not run yet: what has been imported, or assigned, is there.
sub is_compiled {
    restore_caller();
    replace_rest();
}

sub replace_rest {
    no strict 'refs';
    for my $full_name (keys %{ $loading->{wanted} }) {
        my $wanted = $loading->{wanted}{$full_name};
        replace_now($full_name) if !$wanted->{is_done} && defined &$full_name && \&$full_name != $wanted->{before};
    }
}

# Replaces a sub that has just been defined.
sub replace_now {
    my ($full_name) = @_;
    my $wanted = $loading && $loading->{wanted}{$full_name} or return;
    local ($@, $!, $_);
    no strict 'refs';
    my $original = \&$full_name;
    my $is_list = (my $name = $wanted->{name}) =~ s/^\@//;
    $originals{$name} = { code => $original, is_list => $is_list };
    my $stub = replacement_of($name, $full_name, $wanted);
    load('Scalar/Util.pm');
    my $prototype = prototype $original;
    &Scalar::Util::set_prototype($stub, $prototype) if defined $prototype;
    local $SIG{__WARN__} = sub { };
    *$full_name = $stub;
    $wanted->{is_done} = 1;
    return;
}

# A sub that calls one of the host. An object of the package is held, even if it could cross.
sub replacement_of {
    my ($name, $full_name, $wanted) = @_;
    my ($callback, $is_list) = ($wanted->{callback}, $wanted->{name} =~ /^\@/);
    my ($package) = $full_name =~ /(.*)::/s;
    return sub {
        local $replaced = { name => $name, wants => wantarray, sent => \@_ };
        my @arguments = @_;
        if (@arguments && length ref $arguments[0] && $isa->($arguments[0], $package)) {
            my $self = shift @arguments;
            unshift @arguments, bless(\$self, '_BOND_Kept');
        }
        my ($result) = $callback->(@arguments);
        if (my $values = $replaced->{values}) {
            return wantarray ? @$values : $values->[0] if is_same($replaced->{crossed}, $result);
        }
        return $result if !wantarray || ref $result ne 'ARRAY' || !($is_list || $replaced->{is_list});
        return @$result;
    };
}

# Calls what has been replaced by that name, in the context of the replacement that runs.
sub main::_BOND_original {
    my ($name, @arguments) = @_;
    $name =~ s/^\@//;
    my $original = $originals{$name} or die "nothing has been replaced by the name $name\n";
    my $is_inside = $replaced && $replaced->{name} eq $name;
    my ($call, $is_scalar) = $is_inside ? ($replaced, !$replaced->{wants}) : ();
    my @values = $is_scalar ? scalar call_original($original->{code}, $call, \@arguments)
        : call_original($original->{code}, $call, \@arguments);
    my $crosses_as_list = !$is_scalar && ($original->{is_list} || @values != 1);
    if ($call) {
        @$call{qw(values crossed)} = (\@values, $crosses_as_list ? [@values] : $values[0]);
        $call->{is_list} = @values != 1 if !$is_scalar && !$original->{is_list};
    }
    return $crosses_as_list && $original->{is_list} ? \@values : $is_scalar ? $values[0] : @values;
}

# Code in `main` that is compiled from now on calls a sub of the driver's as `caller`: what is imported comes before what is built in.
sub override_caller {
    no strict 'refs';    # by its name, since it may be another glob each time
    $loading->{is_overridden} = !defined &{'main::caller'} or return;
    *{'main::caller'} = \&caller_of_program;
}

# A new glob has all that the old one has, but for the sub.
sub restore_caller {
    return if !delete $loading->{is_overridden};
    no strict 'refs';
    my @kept = grep { defined } map { *{'main::caller'}{$_} } qw(SCALAR ARRAY HASH IO FORMAT);
    delete $main::{caller};
    *{'main::caller'} = $_ for @kept;
}

# As `caller`, for a program that nothing has called.
sub caller_of_program (;$) {
    my ($level) = @_;
    my @frame = @_ ? CORE::caller($level + 1) : (CORE::caller(1))[0 .. 2];
    for (my $depth = 1; my @outer = CORE::caller($depth); $depth++) {
        last if $depth > 2 + ($level || 0);
        return if $outer[3] eq '__BOND_driver::evaluate';
    }
    return wantarray ? @frame : $frame[0];
}
