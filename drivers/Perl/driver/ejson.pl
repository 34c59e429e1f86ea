#: lazy
# Writes and reads the words that EJSON has beyond JSON.

sub encode_map {
    my ($value, $depth) = @_;
    my @entries = map { '[' . encode_value($_, $depth) . ',' . encode_value($value->{$_}, $depth) . ']' } keys %$value;
    return word(map => '[' . join(',', @entries) . ']');
}

# A word of EJSON, for what JSON has none for.
sub word { "{\"\$$_[0]\":$_[1]}" }

sub base64 {
    my $text = join('', map { substr($_, 1) } split(/\n/, pack('u', $_[0])));
    $text =~ tr{` -_}{AA-Za-z0-9+/};
    my $padding = -length($_[0]) % 3;
    substr($text, -$padding) = '=' x $padding if $padding;
    return $text;
}

# A value with what the words of EJSON mean in their places.
sub read_words {
    my ($value) = @_;
    return [map { ref $_ ? read_words($_) : $_ } @$value] if ref $value eq 'ARRAY';
    return $value unless ref $value eq 'HASH';
    my ($name) = keys %$value;
    return read_word($name, $value->{$name}) if keys %$value == 1 && $name =~ /^\$[^\$]/;
    return { map { (/^\$\$/ ? substr($_, 1) : $_) => read_words($value->{$_}) } keys %$value };
}

sub read_date {
    my $epoch = $_[0]{'$numberLong'} / 1000;
    return with_module('Time/Piece.pm', sub { scalar Time::Piece->gmtime($epoch) });
}

my %loaded;

# What a module makes of something; it asks objects what they are, as it has learnt to.
sub with_module {
    my ($file, $use) = @_;
    $loaded{$file} ||= load($file, $use) or refuse("$file cannot be loaded");    # some load more when they are first used
    no strict 'refs';
    local *UNIVERSAL::isa = $isa if \&UNIVERSAL::isa != $isa;
    local *UNIVERSAL::can = $can if \&UNIVERSAL::can != $can;
    return $use->();
}

my %typed_arrays = (
    int8 => 'c', int16 => 's<', int32 => 'l<', int64 => 'q<', uint8 => 'C', uint16 => 'S<', uint32 => 'L<', uint64 => 'Q<',
    uint8clamped => 'C', float32 => 'f<', float64 => 'd<',
);
my $infinity = 9**9**9;
my %not_finite = (NaN => -sin($infinity), Infinity => $infinity, '-Infinity' => -$infinity);
my %words = (
    '$numberDouble' => sub { exists $not_finite{ $_[0] } or refuse("$_[0] is a number of JSON"); $not_finite{ $_[0] } },
    '$binary' => sub { bytes_in($_[0]) },
    '$date' => \&read_date,
    '$map' => \&read_map,
    '$set' => \&read_words,
    '$typedArray' => \&read_typed_array,
    '$ndarray' => \&read_array,
);

sub read_word {
    my ($name, $content) = @_;
    my $read = $words{$name} or refuse("$name is not a word of EJSON");
    return $read->($content);
}

# The bytes that a word says or names.
sub bytes_in { $_[0]{block} ? block_bytes(@{ $_[0]{block} }) : bytes_of($_[0]{base64}) }

sub bytes_of {
    my ($text) = @_;
    $text =~ tr/=//d;
    $text =~ tr{A-Za-z0-9+/}{ -_};
    return join('', map { unpack('u', chr(32 + int(length($_) * 3 / 4)) . $_) } unpack('(a84)*', $text));
}

sub read_typed_array {
    my ($content) = @_;
    my $type = $typed_arrays{ $content->{type} } or refuse("there is no typed array of $content->{type}");
    return [unpack("$type*", bytes_in($content))];
}

# An array of the host's, as lists in lists.
sub read_array {
    my ($content) = @_;
    my $data = read_words($content->{data});
    my @items = ref $data ? @$data : unpack('C*', $data);
    @items = map { $_ ? $true : $false } @items if $content->{type} eq 'bool';
    return nested(\@items, @{ $content->{shape} });
}

sub nested {
    my ($items, $count, @shape) = @_;
    return defined $count ? $items : $items->[0] if !@shape;
    my $length = $count && @$items / $count;
    return [map { nested([@$items[$_ * $length .. ($_ + 1) * $length - 1]], @shape) } 0 .. $count - 1];
}

sub read_map {
    my %items;
    for my $entry (@{ $_[0] }) {
        my ($key, $value) = @{ read_words($entry) };
        $key = key_of($key);
        refuse("keys of a Map that are the same in Perl: $key") if exists $items{$key};
        $items{$key} = $value;
    }
    return \%items;
}

# Keys of a hash are strings. Numbers have a text of their own; nothing else has.
sub key_of {
    my ($key) = @_;
    return "$key" if ref $key eq 'Math::BigInt';
    refuse("a key of a Map that is neither text nor a number") if ref $key || !defined $key || is_bool($key);
    return !is_number($key) ? $key : not_finite($key) || encode_number($key);
}
