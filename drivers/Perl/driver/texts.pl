#: lazy
# Writes texts that are not plain ASCII.

# What is neither a number nor plain ASCII.
sub encode_string {
    refuse("a glob cannot be carried by $protocol: hold() it, or iterate() over its lines") if ref \$_[0] eq 'GLOB';
    return encode_text($_[0]) unless $extended && is_bytes($_[0]);
    return word(binary => '{"block":' . beside($_[0]) . '}') if $takes_blocks && length $_[0] >= $long_bytes;
    return word(binary => '{"base64":"' . base64($_[0]) . '","subType":"00"}');
}

# Perl does not tell text from bytes: what is not ASCII is text if Perl keeps it as characters. A match ends at the first byte that
# is none, where `tr` counts all of them.
sub is_bytes { !is_utf8($_[0]) && $_[0] =~ /[^\x00-\x7f]/ }

sub encode_text {
    my $text = "$_[0]";    # without the number that it may have been used as
    if ($module || length $text > $worth_a_module && find_module()) {
        my $written = eval { $module_encode->($module, $text) };
        die_of_signal($@) if !defined $written;
        return $written if defined $written && $written !~ tr/\xed\xf4-\xff//;    # half of a pair, maybe, or beyond Unicode
    }
    $text =~ s/(["\\\x00-\x1f])/$escapes{$1} || sprintf('\\u%04x', ord $1)/ge;
    if (is_utf8($text) && $text =~ /[^\x00-\x{d7ff}\x{e000}-\x{10ffff}]/) {
        refuse('two halves of a surrogate pair side by side would arrive as one character: join them') if $text =~ /[\x{d800}-\x{dbff}][\x{dc00}-\x{dfff}]/;
        $text =~ s/([\x{d800}-\x{dfff}])/sprintf('\\u%04x', ord $1)/ge;
        refuse("a character beyond Unicode cannot be carried by $protocol") if $text =~ /[^\x00-\x{10ffff}]/;
    }
    utf8_encode($text);
    return "\"$text\"";
}

# What is shown to people is made of characters, whatever a program calls text.
sub characters_of { $_[0] }
sub octets_of { $_[0] }

# A key with escapes in it.
sub decode_key {
    /\G\s*"/gc or refuse("a key is missing in it");
    my $key = decode_string();
    /\G\s*:/gc or refuse("a value is missing in it");
    return $key;
}
