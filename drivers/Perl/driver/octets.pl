#: lazy
# The option `text: 'bytes'`, for programs that never decode: what the host sends arrives as UTF-8 octets, and a string crosses as
# what `print` writes of it, as text if that is UTF-8. See docs/decisions/text-bytes.md.

# Puts octets in the place of characters, wherever text is read or written.
sub speak_octets {
    load_all();
    my ($text_of, $write_hash, $encode_key, $base64, $beside) = (\&text_of, \&write_hash, \&encode_key, \&base64, \&beside);
    $speaks_octets = 1;
    *decode = \&decode_octets;
    *as_read = \&octets_in;
    *utf8_upgrade = sub { };    # code stays what a script without `use utf8` is
    *is_bytes = sub { !is_utf8_octets(printed($_[0])) };
    *beside = sub { $beside->(printed($_[0])) };
    *base64 = sub { $base64->(printed($_[0])) };
    *encode_text = \&encode_octets;
    *encode_key = sub { $_[0] =~ /^[A-Za-z_]\w*\z/a ? goto &$encode_key : &encode_octet_key };
    *write_hash = sub { check_same_keys($_[0]); goto &$write_hash };
    *say_text = sub { say_slices($_[0], printed($_[1])) };
    *key_text = *place_text = \&readable_octets;
    *text_of = sub { readable_octets($text_of->(@_)) };
    *thrown_text = sub { is_bytes($_[0]) ? printed($_[0] =~ s/\n\z//r) : $_[1] };
    *characters_of = sub { my $text = printed($_[0]); is_utf8_octets($text) && utf8_decode($text) ? $text : $_[0] };
    *octets_of = \&text_to_octets;
}

# The octets that `print` writes of a string: strings that are equal in Perl have the same.
sub printed {
    my $text = "$_[0]";    # without the number that it may have been used as
    utf8_downgrade($text, 1) or utf8_encode($text);
    return $text;
}

# Perl's own reading takes halves of surrogate pairs, and characters beyond Unicode, for UTF-8.
sub is_utf8_octets {
    my ($octets) = @_;
    return 1 if $octets !~ tr/\x80-\xff//;
    return 0 if $octets =~ tr/\xed\xf4-\xff// && $octets =~ /\xed[\xa0-\xbf]|\xf4[\x90-\xbf]|[\xf5-\xff]/;
    return utf8_decode($octets);
}

my $utf8_character = qr/[\x00-\x7f]++|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}
    |\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}/x;

# What has to be text, such as a message: with an escape for each octet that is no part of UTF-8.
sub readable_octets {
    my $octets = printed($_[0]);
    $octets =~ s/($utf8_character)|(.)/defined $1 ? $1 : sprintf('\\x%02x', ord $2)/gse if !is_utf8_octets($octets);
    return $octets;
}

sub encode_octets {
    my $octets = printed($_[0]);
    refuse("bytes that are not UTF-8 cannot be carried by $protocol") if !is_utf8_octets($octets);
    $octets =~ s/(["\\\x00-\x1f])/$escapes{$1} || sprintf('\\u%04x', ord $1)/ge;
    return "\"$octets\"";
}

sub encode_octet_key {
    my $octets = printed($_[0]);
    return encode_octets($extended && $octets =~ /^\$/ ? "\$$octets" : $octets) . ':' if is_utf8_octets($octets);
    refuse('the key "' . readable_octets($octets) . "\" is not UTF-8, and cannot be carried by $protocol") if !$extended;
    $_[1] = 1;    # it is bytes: the hash becomes a Map
    return '';
}

# Two keys that Perl tells apart may be the same to those who see them printed: "ä€" as octets, and as characters.
sub check_same_keys {
    my ($hash) = @_;
    return if tied %$hash || !grep { is_utf8($_) } keys %$hash;
    my %seen;
    for my $key (keys %$hash) {
        refuse('two of its keys are the same text: "' . readable_octets($key) . '"') if $seen{ printed($key) }++;
    }
}

# As `decode`: what is read as characters becomes octets, before words are read: bytes are those already.
sub decode_octets {
    my ($value, $is_read);
    local $SIG{__DIE__} if $SIG{__DIE__};
    my $is_for_module = $module || !defined $module && (++$decoded > 10 || length $_[0] > $worth_a_module) && find_module();
    if ($is_for_module && is_read_exactly($_[0])) {
        $is_read = eval { $value = $module_decode->($module, $_[0]); 1 };
        die_of_signal($@) if !$is_read;
    }
    return $value if eval {
        $value = decode_text($_[0]) if !$is_read;
        $value = octets_in($value) if $_[0] =~ tr/\x80-\xff// || index($_[0], '\\u') >= 0;
        $value = read_words($value) if $extended && index($_[0], '"$') >= 0;
        1;
    };
    die $@ if !is_refusal($@);    # by a signal's handler, say
    refuse("what the host sent cannot be decoded: $@->{message}");
}

# A value that has been read, with every text in it as octets.
sub octets_in {
    my ($value) = @_;
    my $kind = ref $value;
    if ($kind eq 'ARRAY') { $_ = octets_in($_) for grep { ref || is_utf8($_) } @$value }
    elsif ($kind eq 'HASH') {
        $_ = octets_in($_) for grep { ref || is_utf8($_) } values %$value;
        %$value = map { (text_to_octets($_) => $value->{$_}) } keys %$value if grep { tr/\x00-\x7f//c } keys %$value;
    }
    elsif ($kind eq '' && is_utf8($value)) { return text_to_octets($value) }
    return $value;
}

sub text_to_octets {
    my ($text) = @_;
    refuse('half of a surrogate pair has no octets') if is_utf8($text) && $text =~ /[\x{d800}-\x{dfff}]/;
    utf8_encode($text);
    return $text;
}
