#: lazy
# Calls functions of the host, and makes those that EXPORT asks for.

my $last_call = 0;

sub call_host {
    my ($name, $arguments, $callee) = @_;
    die "$name is a function of the host: a forked process cannot call it\n" if is_fork();
    die "$name is a function of the host: a destructor cannot call it while the host releases objects\n" if $releasing;
    local ($@, $!);
    my $payload = $has_live ? encode_arguments($arguments, $name, '(): args') : encode($arguments, $name, '(): args');
    my $request = $busy ? $running : carried_out();
    my $frame = ++$last_call;
    my ($verb, $answer) = serve($frame, "CALL $frame $request [$callee,$payload]");
    if ($interrupted) {
        my ($error) = @$interrupted;
        $interrupted = undef;
        die $error;
    }
    my $value;
    if ($module && length $answer < $surely_exact && !$SIG{__DIE__} && index($answer, '"$') < 0) {    # as most are
        eval { $value = $module_decode->($module, $answer); 1 } or $value = decode_otherwise($answer, $@);
    }
    else { $value = decode($answer) }
    return $value if $verb eq 'RETURN';
    if ($verb eq 'RETURN_WITH') {
        my ($result, $references) = @$value;
        for my $reference (@$references) { place($result, @$reference) }
        return $result->[0];
    }
    die _BOND_SerializationException->new($value->{message}, call => $frame + 0) if $verb eq 'ERROR';
    my $data = exists $value->{data} ? $value->{data} : $value->{message};
    my %told = (data => $data, type => $value->{type}, stack => $value->{stack}, frames => frames_here());
    die _BOND_RemoteException->new($value->{message}, call => $frame + 0, %told);
}

sub export {
    my ($name, $is_holding) = @_;
    $name =~ /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*\z/ or die "'$name' is not a valid name for a function\n";
    my $full_name = $name =~ /::/ ? $name : "main::$name";
    my $text = encode($name);
    no strict 'refs';
    my $sub = $is_holding
        ? sub { call_host($name, holding_arguments([@_]), $text) }
        : sub { call_host($name, [@_], $text) };
    # Code that is compiled later is parsed as it was with the sub of that name until now.
    my $prototype = defined &$full_name ? prototype $full_name : undef;
    load('Scalar/Util.pm');
    &Scalar::Util::set_prototype($sub, $prototype) if defined $prototype;
    *$full_name = $sub;
}
