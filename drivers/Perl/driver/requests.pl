# Evaluates, runs and calls what the host asks for.

my %full_names;    # of what is called by a name that has no meaning for the driver, such as `sort` has
my $taints = ${^TAINT};    # -T: code of the host may be run nevertheless
my $works_on_lists = qr/^\s*(map|grep|sort|reverse)\b(\s*\z)?/;
my $nothing = \'';    # no result at all
my $long_list = 1024;    # items; longer ones are sent in parts
my $takes_parts;         # by the host
my $guards = 0;          # whether handlers of sigaction wait while the driver works

# Evaluates code in package main, in list context.
sub run_code {
    local $__BOND_driver::code = $_[0];
    $__BOND_driver::code = untainted($__BOND_driver::code) if $taints;
    utf8_upgrade($__BOND_driver::code);
    my @values = evaluate();
    my $thrown = pop @values;
    return @values if !length ref $thrown && $thrown eq '';
    local $SIG{__DIE__};    # which has heard of it
    die $thrown;
}

# These match in a sub of their own: what has been matched where user code is called from is `$1` and `$&` to it.
sub untainted { ($_[0] =~ /(.*)/s)[0] }
sub list_builtin { $_[0] =~ $works_on_lists ? ($1, defined $2) : () }

sub run_call {
    my ($name, $arguments, $references, $named) = @_;
    my $spliced = $references || $named ? put_references($arguments, $references, $named) : {};
    if (my ($builtin, $is_bare) = list_builtin($name)) {
        # What works on a list takes it as one argument, too.
        $arguments = $arguments->[0] if @$arguments == 1 && ref $arguments->[0] eq 'ARRAY';
        $name = taking_function($builtin) if $is_bare && $builtin ne 'reverse' && ref $arguments->[0] eq 'CODE';
    }
    return named_sub($name, $spliced, scalar @$arguments)->(@$arguments);
}

sub named_sub {
    my ($name, $spliced, $count) = @_;
    if (!%$spliced && $name =~ /^(?:\w+::)*\w+\z/) {
        no strict 'refs';
        my $full_name = $name =~ /::/ ? $name : "main::$name";
        if (defined &$full_name) {
            %full_names = () if keys %full_names > 1000;
            $full_names{$name} = $full_name if $name !~ $works_on_lists;
            return \&$full_name;
        }
    }
    return compiled_call($name, $spliced, $count);
}

# The text of a result, which may be several values, and then is their list. What is long is sent in parts, and leaves none. It
# is not copied on the way: a copy may have forgotten what it is.
sub result_text {
    my $request = shift;
    my $value = @_ == 1 ? \$_[0] : \\@_;
    return '' if ref $$value eq 'SCALAR' && $$value == $nothing;
    return $takes_parts && !$has_live && is_long($$value) ? say_parts($request, $value) : $has_live ? encode_result($$value) : encode($$value);
}

sub is_long {
    return @{ $_[0] } > $long_list if ref $_[0] eq 'ARRAY';
    return !length ref $_[0] && defined $_[0] && length $_[0] > $long_text && !is_bytes($_[0]);
}

# Code that is called by the file and the line where the host's program has it.
sub placed {
    my ($code, $file, $line) = @_;
    return qq(#line $line "$file"\n$code);
}

my %handlers = (
    EVAL => sub {
        my ($code, @place) = ref $_[0] ? @{ $_[0] } : @_;
        $code = with_hash($code) if $code =~ /^\s*[{#=]/;
        return run_code(@place ? placed($code, @place) : $code);
    },
    EVAL_BLOCK => sub { run_code(ref $_[0] ? placed(@{ $_[0] }) : $_[0]); guard_sigaction() if $INC{'POSIX.pm'} && !$guards++; $nothing },
    CALL => sub {
        my ($call) = @_;
        my $full_name = @$call == 2 && $full_names{ $call->[0] };
        no strict 'refs';
        return $full_name && defined &$full_name ? &$full_name(@{ $call->[1] }) : run_call(@$call);
    },
    EXPORT => sub { export(ref $_[0] ? @{ $_[0] } : $_[0]); $nothing },
    CHAIN => sub { run_chain(@{ $_[0] }) },
);
# What cannot cross of their results is held, and so is what they throw.
@handlers{qw(EVAL_HOLD EVAL_BLOCK_HOLD CALL_HOLD)} = (
    sub { with_held(kept($handlers{EVAL}->(@_))) }, $handlers{EVAL_BLOCK}, sub { with_held(kept($handlers{CALL}->(@_))) },
);
