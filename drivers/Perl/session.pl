# Runs and shows what is typed in a session of the command `bond`, in Perl 5.14 and later. It is sent when a session begins.

package __BOND_session;
use strict;
no warnings;
no overloading;

my @typed;    # the values to be shown
my $longest_cell = 200;
my $most_columns = 100;
my $deepest = 10;

# Runs what was typed. The values of its last statement are kept for `_BOND_show`.
sub main::_BOND_run {
    my ($code) = @_;
    @typed = ();
    my @values = __BOND_driver::run_code($code =~ /^\s*[{#=]/ ? __BOND_driver::with_hash($code) : $code);
    @typed = @values unless is_statement($code, @values);
    return;
}

# Whether the value is one that Perl gives to what is no expression: to a loop, a condition, or what prints.
sub is_statement {
    my ($code, @values) = @_;
    return 1 if $code =~ /\A\s*(?:if|unless|for|foreach|while|until)\b.*\}\s*\z/s;
    return 0 if @values != 1 || ref $values[0] || !defined $values[0];
    return 1 if $values[0] eq '' && $code =~ /\b(?:for|foreach|while|until)\b/;
    return $values[0] eq '1' && $code =~ /(?:\A|[;}\n])\s*(?:print|printf|say|require)\b[^;]*;?\s*\z/;
}

# How Perl shows the value: as text and what is left out of it, or as rows of a table.
sub main::_BOND_show {
    my ($width, $most_text, $most_rows) = @_;
    my @values = splice @typed;
    return undef if !@values || @values == 1 && !defined $values[0];
    my $list = @values > 1 ? \@values : $values[0];
    my $table = table($list, $most_rows);
    return ['table', map { ref $_ ? [map { ref $_ ? [map { octets($_) } @$_] : octets($_) } @$_] : $_ } @$table] if $table;
    my $room = $most_text;
    my $text = @values > 1 ? items('(', ')', \@values, undef, $width, \$room, 0, {}) : text($list, $width, \$room, 0, {});
    return ['text', octets($text), 0];
}

# What is shown is made of characters, whatever the program and the driver call text.
sub characters { return __BOND_driver::characters_of($_[0]) }
sub octets { return __BOND_driver::octets_of($_[0]) }

# A value as Perl would have it, as far as there is room; on several lines if it is wider than one.
sub text {
    my ($value, $width, $room, $depth, $above) = @_;
    return scalar_text($value, $room) unless ref $value;
    require Scalar::Util;
    my ($class, $kind, $address) = (Scalar::Util::blessed($value), Scalar::Util::reftype($value), Scalar::Util::refaddr($value));
    return taken($room, "$kind(above)") if $above->{$address} || $depth > $deepest;
    return taken($room, join '/', 'qr', re::regexp_pattern($value)) if ($class || '') eq 'Regexp';
    local $above->{$address} = 1;
    my ($open, $close) = defined $class ? ('bless( ', ', ' . quoted($class) . ' )') : ('', '');
    my $inner
        = $kind eq 'ARRAY' ? items('[', ']', $value, undef, $width, $room, $depth, $above)
        : $kind eq 'HASH' ? items('{', '}', [map { $value->{$_} } sort keys %$value], [sort keys %$value], $width, $room, $depth, $above)
        : $kind eq 'CODE' ? 'sub { ... }'
        : $kind eq 'GLOB' ? '\\' . *$value
        : $kind =~ /^(?:SCALAR|REF|LVALUE|VSTRING)$/ ? '\\' . text($$value, $width, $room, $depth + 1, $above)
        : "$kind(...)";
    return taken($room, $open) . $inner . taken($room, $close);
}

sub taken { my ($room, $text) = @_; $$room -= length $text; return $text }

sub scalar_text {
    my ($value, $room) = @_;
    return taken($room, 'undef') unless defined $value;
    return taken($room, '*' . substr *$value, 1) if ref \$value eq 'GLOB';
    return taken($room, $value ? '!!1' : '!!0') if __BOND_driver::is_bool($value);
    return taken($room, "$value") if __BOND_driver::is_number($value);
    $value = characters($value);
    my $left = length($value) - ($$room > 0 ? $$room : 0);
    return taken($room, quoted($left > 0 ? substr($value, 0, $$room > 0 ? $$room : 0) : $value)) . ($left > 0 ? "\x{2026} $left more" : '');
}

sub items {
    my ($open, $close, $values, $names, $width, $room, $depth, $above) = @_;
    my ($indent, @texts) = '    ' x $depth;
    for my $index (0 .. $#$values) {
        if ($$room <= 0) {
            push @texts, "\x{2026} " . (@$values - $index) . ' more';
            last;
        }
        my $name = !$names ? '' : ($names->[$index] =~ /\A[A-Za-z_]\w*\z/ ? $names->[$index] : quoted(characters($names->[$index]))) . ' => ';
        $$room -= length($name) + 2;
        push @texts, $name . text($values->[$index], $width, $room, $depth + 1, $above);
    }
    my $line = $open . join(', ', @texts) . $close;
    return $line if length($indent . $line) <= $width && $line !~ /\n/;
    my @lines = $names || (grep { /\n/ } @texts) ? @texts : filled($width - length($indent) - 5, @texts);
    return "$open\n" . join('', map { "$indent    $_,\n" } @lines) . "$indent$close";
}

# Short items, as many on a line as there is room for.
sub filled {
    my ($width, @texts) = @_;
    my @lines = shift @texts;
    for my $text (@texts) {
        if (length("$lines[-1], $text") <= $width) { $lines[-1] .= ", $text" }
        else { push @lines, $text }
    }
    return @lines;
}

my %escapes = ("\n" => '\n', "\r" => '\r', "\t" => '\t', "\e" => '\e', map { $_ => "\\$_" } qw(" \\ $ @));

# A string as a literal, with escapes for what would not be seen.
sub quoted {
    my ($text) = @_;
    my $invisible = qr/[\x00-\x1f\x7f-\x9f\x{d800}-\x{dfff}]|[^\x00-\x{10ffff}]/;
    return "'" . $text =~ s/([\\'])/\\$1/gr . "'" if $text !~ $invisible;
    return '"' . $text =~ s/($invisible|["\\\$\@])/$escapes{$1} || sprintf '\x{%x}', ord $1/ger . '"';
}

# The columns, the rows and how many are left out, if the value is a list of records that are alike.
sub table {
    my ($list, $most_rows) = @_;
    return unless ref $list eq 'ARRAY' && @$list > 1;
    my @records = @$list[0 .. (@$list > $most_rows ? $most_rows : @$list) - 1];
    return if grep { ref $_ ne 'HASH' || !%$_ } @records;
    my %columns = map { $_ => 1 } map { keys %$_ } @records;
    my @columns = sort keys %columns;
    return if @columns > $most_columns || grep { 2 * keys %$_ < @columns } @records;
    my @rows = map { my $record = $_; [map { exists $record->{$_} ? cell($record->{$_}) : '' } @columns] } @records;
    return [[map { shown(characters($_)) } @columns], \@rows, @$list - @rows];
}

sub cell {
    my ($value) = @_;
    my $room = $longest_cell;
    my $text = defined $value && !ref $value && !__BOND_driver::is_bool($value) ? shown(characters("$value")) : text($value, 1e9, \$room, 0, {});
    return length $text > $longest_cell ? substr($text, 0, $longest_cell) . "\x{2026}" : $text;
}

# A string that is seen as it is, and otherwise as a literal.
sub shown { my ($text) = @_; my $literal = quoted($text); return $literal =~ /\A"/ ? $literal : $text }
