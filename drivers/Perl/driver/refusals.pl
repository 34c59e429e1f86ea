#: lazy
# Says where a value sits that cannot cross, why, and what to send instead.

# What to do about a value that has no word.
sub advice {
    my ($value, $kind, $is_object) = @_;
    return ': hold() it, or iterate() over it' if $kind eq 'CODE';
    return ': hold() it, or iterate() over its lines' if $kind eq 'GLOB' || $is_object && $isa->($value, 'IO::Handle');
    return ': send its ->bstr or ->numify, or convert all by presets.Perl.numbers()' if $is_object && $isa->($value, 'Math::BigFloat');
    return ": send its ->iso8601, or convert all by presets.Perl.dates({ naive: 'utc' })" if $is_object && $isa->($value, 'DateTime');
    return ', unless it has a method TO_JSON: send its text' if $kind eq 'Regexp';
    return ', unless it has a method TO_JSON: hold() it' if $is_object;
    return ': send what it refers to, or hold() it';
}

sub is_refusal { ref $_[0] eq '_BOND_SerializationException' }

sub refuse { die _BOND_SerializationException->new($_[0]) }

# The path of the innermost part of a value that cannot be encoded, and why it cannot.
sub find_culprit {
    my ($value, $path, $reason) = @_;
    return (substr($path, 0, 200) . '...', $reason) if length $path > 200;
    for my $part (parts_of($value)) {
        my ($name, $content) = @$part;
        return find_culprit($content, $path . $name, $@) unless defined eval { encode_value($content, 0) };
    }
    return ($path, $reason);
}

# What leads from a hash to what is under a key, in a path.
sub key_step { $_[0] =~ /^[A-Za-z_]\w*\z/a ? ".$_[0]" : '["' . key_text($_[0]) . '"]' }

sub key_text { $_[0] }

# Where a value is nested too deep, or refers to itself. To try to encode it at each level would take its depth squared.
sub find_depth {
    my ($value, $depth, $seen) = @_;
    return '' if $depth > $max_depth;
    return undef if defined $seen->{$value} && $seen->{$value} >= $depth;
    $seen->{$value} = $depth;
    for my $part (parts_of($value)) {
        my ($name, $content) = @$part;
        my $way = ref $content ? find_depth($content, $depth + 1, $seen) : undef;
        return $depth > 200 ? '' : $name . $way if defined $way;
    }
    return undef;
}

# The items of a list or a hash, with their names.
sub parts_of {
    my ($value) = @_;
    return map { ["[$_]", $value->[$_]] } 0 .. $#$value if ref $value eq 'ARRAY';
    return map { [key_step($_), $value->{$_}] } sort keys %$value if ref $value eq 'HASH' && !tied %$value;
    return;
}
