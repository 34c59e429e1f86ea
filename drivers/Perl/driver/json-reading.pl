# Reads JSON as values.

# A module in C reads JSON twenty times as fast as Perl does, and writes text. Where one is installed, it does what it does
# exactly. It is not looked for before it pays: that takes as long as a third of the start.
my ($module, $reads_floats, $module_decode, $module_encode);    # undef: not looked for; '': there is none
my $surely_exact = 0;           # texts that are shorter are read exactly
my $worth_a_module = 4096;      # bytes of a text

my %unescapes = (n => "\n", r => "\r", t => "\t", f => "\f", b => "\b", '"' => '"', '\\' => '\\', '/' => '/');
my %literals = (true => $true, false => $false, null => undef);
our $is_ascii;      # whether the text that is being read is
my $decoded = 0;    # how many texts have been

# The value of a JSON text in UTF-8. It is read as bytes: on characters, Perl would count from the start again and again.
sub decode {
    my $value;
    local $SIG{__DIE__} if $SIG{__DIE__};
    my $is_for_module = $module || !defined $module && (++$decoded > 10 || length $_[0] > $worth_a_module) && find_module();
    my $is_read;
    if ($is_for_module && (length $_[0] < $surely_exact || is_read_exactly($_[0]))) {
        $is_read = eval { $value = $module_decode->($module, $_[0]); 1 };
        die_of_signal($@) if !$is_read;
    }
    my $has_words = $extended && index($_[0], '"$') >= 0;
    return $value if $is_read && !$has_words;
    return $value if eval {
        $value = decode_text($_[0]) if !$is_read;
        $value = read_words($value) if $has_words;
        forget_blocks() if %blocks;
        1;
    };
    die $@ if !is_refusal($@);    # by a signal's handler, say
    refuse("what the host sent cannot be decoded: $@->{message}");
}

sub decode_text {
    my ($text) = @_;
    my $value;
    local $is_ascii;
    for ($text) {
        $is_ascii = !/[^\x00-\x7f]/;
        $value = decode_value(0);
        /\G\s*\z/gc or refuse("it goes on after its end");
    }
    return $value;
}

# Reads on in $_, from where the last match has ended.
sub decode_value {
    my ($depth) = @_;
    /\G\s+/gc;
    return decode_string() if /\G"/gc;
    return decode_word($1) if /\G([-+.\w]+)/gca;
    refuse("it is nested too deep") if $depth > $max_depth;
    return decode_array($depth + 1) if /\G\[/gc;
    return decode_hash($depth + 1) if /\G\{/gc;
    refuse("it is not JSON");
}

# A number, true, false or null.
sub decode_word {
    my ($text) = @_;
    return $literals{$text} if exists $literals{$text};
    $text =~ /^-?[0-9]+((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\z/ or refuse("it is not JSON");
    return decode_decimal($text) if $1 ne '';
    my $number = $text + 0;
    return $number if length $text < 16;
    return decode_long($text, $number);
}

sub decode_string {
    /\G([^"\\]*)/gc;
    my $text = $1;
    while (!/\G"/gc) {
        if (/\G\\([nrtfb"\\\/])/gc) { $text .= $unescapes{$1} }
        elsif (/\G\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)/gc) {
            $text .= utf8_bytes(0x10000 + ((hex($1) - 0xd800) << 10) + hex($2) - 0xdc00);
        }
        elsif (/\G\\u([0-9a-fA-F]{4})/gc) { $text .= utf8_bytes(hex $1) }
        else { refuse("a string in it has no end") }
        /\G([^"\\]*)/gc;
        $text .= $1;
    }
    utf8_decode($text);
    return $text;
}

sub utf8_bytes {
    my $character = chr $_[0];
    utf8_encode($character);
    return $character;
}

# Most items, and what stands behind them, are taken by one match.
sub decode_array {
    my ($depth) = @_;
    my @items;
    return \@items if /\G\s*\]/gc;
    while (/\G\s*((?:"[^"\\]*"|[-+.\w]+)[,\]]|)/gca) {
        my $item = $1;
        my $end = chop $item;
        if ($item eq '') {
            push @items, decode_value($depth);
            $end = /\G\s*([,\]])/gc ? $1 : '';
        }
        elsif (ord $item == 34) {
            push @items, substr($item, 1, -1);
            utf8_decode($items[-1]) unless $is_ascii;
        }
        else { push @items, $item !~ tr/0-9//c && length $item < 16 ? $item + 0 : decode_word($item) }
        next if $end eq ',';
        return \@items if $end eq ']';
        refuse("a list in it has no end");
    }
}

# Most entries, and what stands behind them, are taken by one match.
sub decode_hash {
    my ($depth) = @_;
    my %items;
    return \%items if /\G\s*\}/gc;
    while (1) {
        my ($key, $item, $end);
        if (/\G\s*"([^"\\]*)"\s*:\s*((?:"[^"\\]*"|[-+.\w]+)[,}]|)/gca) {
            ($key, $item) = ($1, $2);
            utf8_decode($key) unless $is_ascii;
            $end = chop $item;
        }
        else { ($key, $item) = (decode_key(), '') }
        if ($item eq '') {
            $items{$key} = decode_value($depth);
            $end = /\G\s*([,}])/gc ? $1 : '';
        }
        elsif (ord $item == 34) {
            $items{$key} = substr($item, 1, -1);
            utf8_decode($items{$key}) unless $is_ascii;
        }
        else { $items{$key} = $item !~ tr/0-9//c && length $item < 16 ? $item + 0 : decode_word($item) }
        next if $end eq ',';
        return \%items if $end eq '}';
        refuse("an object in it has no end");
    }
}
