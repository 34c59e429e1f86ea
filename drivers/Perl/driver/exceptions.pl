#: lazy
# Describes what was thrown.

# What the host is told about an exception. Whatever has been thrown, and however it behaves when it is looked at: this answers.
sub report {
    my ($request, $error) = @_;
    local ($@, $SIG{__DIE__});
    my $is_bond = eval { $isa->($error, '_BOND_Exception') && $isa->($error, 'HASH') };    # a program may have done away with them
    my ($message, $type, $call) = (text_of($is_bond ? $error->{message} : $error), undef, undef);
    if ($is_bond) { ($type, $call) = map { defined && !ref && plain_text($_) ? $_ : undef } @$error{qw(type call)} }
    my @types = defined $type || !length ref $error ? () : map { text_of($_) } classes_of(ref $error);
    $type = $types[0] if @types;
    my %description = (message => $message, call => $call);
    return "ERROR $request " . encode(\%description) if $is_bond && $isa->($error, '_BOND_SerializationException');
    $description{type} = $type if defined $type;
    $description{types} = \@types if @types;
    my $frames = $is_bond ? frames_in($error) : frames_in_text($message);
    $description{frames} = $frames if @$frames;
    $description{link} = [splice @failed_link] if @failed_link;
    if ($transparent) {
        $description{data} = $is_bond && exists $error->{data} ? $error->{data} : $is_bond || !length ref $error ? thrown_text($error, $message) : $error;
        my $text = eval { encode($description{data}, 'exception') };
        return "ERROR $request " . encode(not_transparent($message, $call, $@)) unless defined $text;
    }
    $description{exception} = [main::_BOND_hold($error), described($error)] if $__BOND_driver::message =~ /^(?:CHAIN|\w+_HOLD) /;
    return "EXCEPT $request " . (eval { encode(\%description) } || encode({ message => $message, call => $call }));
}

# The names of a class and of those above it, in the order in which Perl looks for methods.
sub classes_of {
    my ($class, $seen) = (@_, {});
    return if $seen->{$class}++;
    no strict 'refs';
    return ($class, map { classes_of($_, $seen) } @{"${class}::ISA"});
}

# What is told of a text that was thrown, beside its message.
sub thrown_text { $_[1] }

sub not_transparent {
    my ($message, $call, $reason) = @_;
    return { message => text_of($reason) . " (transExcept); it says: $message", call => $call };
}

my $no_text = 'an exception whose text cannot be had';
my $longest = 2**22;    # of a message, in characters

# What the text of something is, without the newline at its end. It is text, and not bytes, whatever Perl keeps it as. The code
# that makes it is the user's: it may die, or make it anew again and again.
sub text_of {
    my ($value) = @_;
    my $text = !length ref $value ? $value : eval { object_text($value) };
    return $no_text if !defined $text || length ref $text;
    $text = substr($text, 0, $longest / 2) . ' [...] ' . substr($text, -($longest / 2)) if length $text > $longest;
    $text =~ s/\n\z//;
    # A stack trace by Carp shows what an eval evaluates: this driver, as the outermost.
    $text =~ s/\n\teval '#: eager .*?' called at - line 1\.?(?=\n|\z)//sg if index($text, "\n\teval '#: eager ") >= 0;
    utf8_upgrade($text);
    $text =~ s/[^\x00-\x{10ffff}]/\x{fffd}/g;    # beyond Unicode
    $text =~ s/[\x{d800}-\x{dbff}][\x{dc00}-\x{dfff}]/\x{fffd}/g;    # halves of a character side by side
    return $text;
}

my $has_overload;

# It loads more when it is first used.
sub load_overload {
    return $has_overload ||= load('overload.pm', sub { overload::Method('UNIVERSAL', '""'); overload::StrVal(bless [], 'UNIVERSAL') });
}

sub object_text {
    my ($value) = @_;
    return "$value" if !$can->($value, 'isa') || !load_overload();
    my $method = overload::Method($value, '""') or return "$value";
    my ($class, $depth) = (ref $value, 0);
    no strict 'refs';
    # Perl would follow it until there is no stack left.
    local *{"${class}::(\"\""} = sub {
        die "$no_text\n" if ++$depth > 50;
        my $text = $method->(@_);
        $text = overload::StrVal($text) eq overload::StrVal($_[0]) ? overload::StrVal($text) : "$text" if length ref $text;
        $depth--;
        return $text;
    };
    return "$value";
}
