#: lazy
# Arguments and results of replaced functions: what comes back from the host as it was sent is the same reference, or variable, as before.

# Calls an original with the arguments of the replacement that runs, where these have come back as they were sent.
sub call_original {
    my ($code, $call, $arguments) = @_;
    return $code->(@$arguments) if !$call;
    my $sent = $call->{sent};
    my @is_same = map { $_ < @$sent && is_same($sent->[$_], $arguments->[$_]) } 0 .. $#$arguments;
    return $code->(@$sent) if @$sent == @$arguments && !grep { !$_ } @is_same;    # the variables of the caller
    return $code->(map { $is_same[$_] ? $sent->[$_] : $arguments->[$_] } 0 .. $#$arguments);
}

sub is_same {
    my ($sent, $back) = @_;
    local ($@, $SIG{__DIE__});
    return scalar eval { is_copy($sent, $back) };
}

sub is_copy {
    my ($sent, $back) = @_;
    return !defined $sent && !defined $back if !defined $sent || !defined $back;
    my ($kind, $other) = (ref $sent, ref $back);
    return $kind eq $other && is_same_scalar($sent, $back) if !length $kind || !length $other;
    return 1 if &Scalar::Util::refaddr($sent) == &Scalar::Util::refaddr($back);
    return 0 if $kind ne $other;
    return @$sent == @$back && !grep { !is_copy($sent->[$_], $back->[$_]) } 0 .. $#$sent if $kind eq 'ARRAY';
    return keys %$sent == keys %$back && !grep { !exists $back->{$_} || !is_copy($sent->{$_}, $back->{$_}) } keys %$sent
        if $kind eq 'HASH';
    return 0;
}

# Numbers that differ in their last digits are the same text.
sub is_same_scalar {
    my ($sent, $back) = @_;
    return 0 if $sent ne $back;
    return 1 if !&Scalar::Util::looks_like_number($sent);
    return $sent == $back || $sent != $sent;
}
