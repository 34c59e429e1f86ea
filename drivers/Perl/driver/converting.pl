#: lazy
# Converts values before they cross, by their types: see docs/decisions/convert.md.

my %conversions;       # what the host wants to be called, by the name of a type
my %conversion_of;     # the same by class, or 0; of those that have been met
my $deepest_copy = 1000;
# Values of these types always cross as they are: requests of the driver's own consist of them.
my %always_plain = map { $_ => 1 } qw(ARRAY HASH JSON::PP::Boolean _BOND_Encoded);
my $is_between;

# Has values of certain types converted: pairs of a name and code that gives a sub, or the name of one.
sub main::_BOND_convert {
    for my $entry (@{ $_[0] }) {
        my ($name, $code) = @$entry;
        die "'$name': values of this type always cross as they are\n" if $always_plain{$name};
        $conversions{$name} = compiled_conversion($name, $code);
    }
    %conversion_of = ();
    stand_between() if !$is_between++;
    return;
}

sub compiled_conversion {
    my ($name, $code) = @_;
    no strict 'refs';
    return \&{ $code =~ /::/ ? $code : "main::$code" } if $code =~ /^\w+(?:::\w+)*\z/ && defined &{ $code =~ /::/ ? $code : "main::$code" };
    my ($conversion, $error);
    {
        local ($@, $SIG{__DIE__});
        eval { ($conversion) = outside_loops(\&run_code, $code); 1 } or $error = $@;
    }
    die $error if ref $error eq '_BOND_InterruptException';
    die "'$name': " . text_of($error) . "\n" if defined $error;
    return $conversion if ref $conversion eq 'CODE';
    die "'$name': its code gives " . (ref $conversion ? 'a reference to ' . ref $conversion : 'a value') . ", which is not a sub\n";
}

# Puts conversions between user code and what writes its values.
sub stand_between {
    load_all();
    my ($eval, $call) = @handlers{qw(EVAL CALL)};
    my ($encode, $hold, $hold_arguments, $call_host) = (\&encode, \&with_held, \&holding_arguments, \&call_host);
    no strict 'refs';
    @handlers{qw(EVAL CALL)} = (sub { converted_results($eval->(@_)) }, sub { converted_results($call->(@_)) });
    @handlers{qw(EVAL_HOLD CALL_HOLD)} = (sub { with_held(kept($eval->(@_))) }, sub { with_held(kept($call->(@_))) });
    *with_held = sub { $hold->(converted($_[0], 'value', 1)) };
    *holding_arguments = sub { $hold_arguments->(converted_arguments($_[0], 'args', 1)) };
    *call_host = sub {
        my ($name, $arguments, $callee) = @_;
        $arguments = converted_arguments($arguments, "$name(): args") if ref $arguments ne '_BOND_Encoded' && !$releasing && !is_fork();
        @_ = ($name, $arguments, $callee);
        goto &$call_host;
    };
    # Of what is encoded without having been converted, only exceptions are the user's. They are encoded once more later, so that
    # the caller's own value is changed.
    *encode = sub {
        $_[0] = converted(@_) if @_ == 2 && defined $_[1] && $_[1] eq 'exception';
        goto &$encode;
    };
}

# Several values are their list.
sub converted_results {
    return @_ if !grep { ref } @_;
    return converted($_[0], 'result') if @_ == 1;
    return @{ converted_arguments(\@_, 'result') };
}

sub converted_arguments {
    my ($arguments, $path, $is_holding) = @_;
    return $arguments if !grep { ref } @$arguments;
    return [map { ref $arguments->[$_] ? converted($arguments->[$_], "${path}[$_]", $is_holding) : $arguments->[$_] } 0 .. $#$arguments];
}

# A value with what conversions make of its parts; itself, if there are none to be applied.
sub converted {
    my ($value, $path, $is_holding) = @_;
    return $value if !ref $value;
    local ($@, $SIG{__DIE__});
    return $value if !has_conversions($value);
    return convert($value, $path, { is_holding => $is_holding, done => {}, kept => [] }, 0);
}

# Whether some part of a value has a conversion, or may give something that has one. It may refer to itself.
sub has_conversions {
    my (@waiting, %seen) = @_;
    while (@waiting) {
        my $part = pop @waiting;
        return 1 if conversion_for($part);
        my $kind = ref $part;
        if ($kind ne 'ARRAY' && $kind ne 'HASH') {
            return 1 if says_itself($part);
        }
        elsif (!$seen{ $part + 0 }++) {
            return 1 if $kind eq 'HASH' ? tied %$part : tied @$part;    # it is read once
            push @waiting, grep { ref } $kind eq 'HASH' ? values %$part : @$part;
        }
    }
    return 0;
}

sub says_itself { $can->($_[0], 'isa') && ref $_[0] ne '_BOND_Encoded' && !is_boolean($_[0]) && $can->($_[0], 'TO_JSON') }

sub is_boolean { $isa->($_[0], 'JSON::PP::Boolean') }

# The conversion of the nearest class; of what has no class, that of what it is.
sub conversion_for {
    my ($value) = @_;
    my $kind = ref $value;
    return 0 if $always_plain{$kind};
    %conversion_of = () if keys %conversion_of > 1000;
    return $conversion_of{$kind} = nearest_conversion($value, $kind) if !defined $conversion_of{$kind};
    return $conversion_of{$kind};
}

sub nearest_conversion {
    my ($value, $kind) = @_;
    return $conversions{$kind} || 0 if !$can->($value, 'isa');
    return 0 if is_boolean($value) || $has_live && is_live($value);
    for my $class (classes_of($kind), 'UNIVERSAL') {
        my ($bare) = $class =~ /(\w+)\z/;
        for my $name ($class, defined $bare ? $bare : ()) {
            return $conversions{$name} if $conversions{$name};
        }
    }
    return 0;
}

# {done} has what each reference has become, by its place, and {kept} the reference, which must not make room for another one.
sub convert {
    my ($value, $path, $state, $depth) = @_;
    return $value if !ref $value;
    my $conversion = conversion_for($value) or return convert_parts($value, $path, $state, $depth);
    my $place = place_of($value);
    if (!exists $state->{done}{$place}) {
        push @{ $state->{kept} }, $value;
        my $made = convert_parts(apply_conversion($conversion, $value, $path), $path, $state, $depth + 1);
        $state->{done}{$place} = $made;
    }
    return $state->{done}{$place};
}

sub place_of { $can->($_[0], 'isa') && load_overload() ? overload::StrVal($_[0]) : "$_[0]" }

sub apply_conversion {
    my ($conversion, $value, $path) = @_;
    my $made;
    return $made if eval { ($made) = outside_loops(sub { scalar $conversion->($value) }); 1 };
    my $error = $@;
    die $error if ref $error eq '_BOND_InterruptException';
    refuse("$path: the conversion of a value of type " . ref($value) . ' failed: ' . text_of($error));
}

sub convert_parts {
    my ($value, $path, $state, $depth) = @_;
    my $kind = ref $value;
    refuse(substr($path, 0, 200) . "...: $too_deep") if $depth > $deepest_copy;
    if ($kind ne 'ARRAY' && $kind ne 'HASH') {
        my $to_json = $kind ne '' && says_itself($value) or return $value;
        my ($form) = outside_loops(sub { scalar $to_json->($value) });
        return convert($form, $path, $state, $depth + 1);
    }
    my $place = $value + 0;
    return $state->{done}{$place} if defined $state->{done}{$place};
    if (exists $state->{done}{$place}) {    # which is being copied
        return $value if $state->{is_holding};
        refuse("$path: $too_deep");
    }
    $state->{done}{$place} = undef;
    push @{ $state->{kept} }, $value;
    my $copy = $kind eq 'ARRAY' ? convert_items($value, $path, $state, $depth) : convert_entries($value, $path, $state, $depth);
    return $state->{done}{$place} = $copy;
}

sub convert_items {
    my ($value, $path, $state, $depth) = @_;
    my $index = 0;
    return [map { my $place = "${path}[" . $index++ . ']'; ref $_ ? convert($_, $place, $state, $depth + 1) : $_ } @$value];
}

sub convert_entries {
    my ($value, $path, $state, $depth) = @_;
    my %copy;
    for my $key (keys %$value) {
        my $item = $value->{$key};
        $copy{$key} = ref $item ? convert($item, $path . key_step($key), $state, $depth + 1) : $item;
    }
    return \%copy;
}
