#: lazy
# Finds a module in C that reads and writes JSON, and tries whether it does so exactly.

sub find_module {
    return $module if defined $module;
    $module = '';    # for what is read and written by the trial
    my ($tried, $thrown);
    for my $name ('Cpanel::JSON::XS', 'JSON::XS') {
        eval { insist(sub { $tried ||= tried($name); 1 }); 1 } or $thrown = [$@];    # by a signal's handler
    }
    $module = $tried || ($thrown ? undef : '');
    die @$thrown if $thrown;
    return $module;
}

# A module that has done the same as this driver with what others have done otherwise.
sub tried {
    my ($name) = @_;
    (my $file = "$name.pm") =~ s{::}{/}g;
    load($file) or return '';
    my $tried = $name->new->utf8->allow_nonref->max_depth(500);
    if ($] >= 5.036) { $tried->can('unblessed_bool') ? $tried->unblessed_bool : $tried->boolean_values($false, $true) }
    $_ = 'changed' for @{ $tried->decode('[true,false,null,1]') };
    reads_alike($tried, $_) or return '' for
        '[0,-1,999999999999999999,-999999999999999999,[true,false,null,[],{}],{"a":{"a":"1"}},{"":0}]',
        qq(["","0","1.5","\xc3\xa9","\\u00e9","\\ud83d\\ude00","\xf0\x9f\x98\x80",{"\xc3\xa9":1},{"\\u00e9":1},"\\u0000\\/\\n"]);
    my $text = join('', map { chr } 0 .. 255, 0x20ac, 0x1f600);
    return '' if decode_text($tried->encode($text)) ne $text;
    $reads_floats = $reads_decimals && reads_alike($tried, '[0.1,0.3,1.59,4.35,1e22,1e23,2.5e-5,5e-324,1.7976931348623157e308,'
        . '0.30000000000000004,123456789.12345678,9007199254740993.0,-0.0,0e1,0.17709356856402891,2.2250738585072014E-308]');
    $surely_exact = 19 if $reads_floats && !$speaks_octets;
    ($module_decode, $module_encode) = map { $tried->can($_) } qw(decode encode);
    return $tried;
}

sub reads_alike { encode_value(as_read($_[0]->decode($_[1])), 0) eq encode_value(as_read(decode_text($_[1])), 0) }

sub as_read { $_[0] }

# Whether the module reads everything in a text as it is: no integers that may be too long for it, nor floats.
sub is_read_exactly {
    my $zeros = $_[0] =~ tr/1-9/0/r;
    return index($zeros, '0' x 19) < 0 && ($reads_floats || $zeros !~ /0[.eE]/);
}

# What has died instead of a module may have been a signal's handler.
sub die_of_signal { die $_[0] if length ref $_[0] || $_[0] !~ /\bcharacter\b/ }

# Reads what a module could not.
sub decode_otherwise {
    die_of_signal($_[1]);
    return decode($_[0]);
}
