#: lazy
# Writes the rows of a table.

my %row_writers;
my $most_columns = 200;    # to compile more takes longer than it saves

# Rows of a table have the same keys: what writes them is compiled for these keys, in any order, and leaves it to
# write_items if something is not as usual.
sub row_writer {
    my @keys = sort @_;
    return \&write_items if !@keys || @keys > $most_columns || grep { !/^[A-Za-z_]\w*\z/a } @keys;
    %row_writers = () if keys %row_writers > 100;
    return $row_writers{ join(' ', @keys) } ||= compile_row_writer(@keys);
}

sub compile_row_writer {
    my (@keys) = @_;
    my $text_of = q{(is_number(VALUE)
            ? ((int VALUE == VALUE
                ? VALUE ? abs VALUE < 1e15 || "VALUE" !~ tr/-0-9//c : sprintf('%g', VALUE) eq '0'
                : abs VALUE < 1e9 && int(VALUE * 1e6 + (VALUE < 0 ? -0.5 : 0.5)) / 1e6 == VALUE) ? VALUE : encode_number(VALUE))
        : is_bool(VALUE) ? (VALUE ? 'true' : 'false')
        : length ref VALUE ? $is_row->($row) ? encode_value(VALUE, $depth + 1) : OTHER
        : !defined VALUE ? $is_row->($row) ? 'null' : OTHER
        : VALUE =~ tr/ !#-)+-[]-~//c ? encode_string(VALUE) : "\"VALUE\"")};
    # Looked for before what lies deeper is written, which is not to be written twice.
    my $is_row = sub {
        my ($row) = @_;
        return !grep { !exists $row->{$_} } @keys;
    };
    my @values = map { "\$value$_" } 0 .. $#keys;
    my @entries = map {
        my $text = $text_of;
        $text =~ s/VALUE/$values[$_]/g;
        $text =~ s/OTHER/do { write_items(\$depth, undef, \$row); next }/g;
        "'\"$keys[$_]\":' . $text";
    } 0 .. $#keys;
    my $code = 'sub {
        my ($depth, $keys) = (shift, shift);
        my (VALUES);
        for (@_) {
            my $row = $_;
            if (ref $row eq "HASH" && keys %$row == COUNT) {
                (VALUES) = @$row{qw(KEYS)};
                $json .= "{" . ENTRIES . "},";
            }
            else { write_items($depth, undef, $row) }
        }
    }';
    my %parts = (
        COUNT => scalar @keys,
        VALUES => join(', ', @values),
        KEYS => join(' ', @keys),
        ENTRIES => join(" . ',' . ", @entries),
    );
    $code =~ s/\b(COUNT|VALUES|KEYS|ENTRIES)\b/$parts{$1}/g;
    local $SIG{__WARN__} = sub { };
    delete local @CORE::GLOBAL::{ keys %CORE::GLOBAL:: };
    return eval($code) || die $@;
}
