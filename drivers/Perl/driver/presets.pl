#: lazy
# Conversions for what many programs have: see `presets` in bond.json.

# A conversion of moments to those that have a word: of a DateTime, also of one without a time zone, and of those with a fraction of a
# millisecond.
sub main::_BOND_dates {
    my ($naive, $microseconds) = @_;
    return sub {
        my ($moment) = @_;
        return piece_at($moment->epoch, $moment, $microseconds) if $isa->($moment, 'Time::Piece');
        if ($moment->time_zone->is_floating) {
            die "it has no time zone: say what it is by presets.Perl.dates({ naive: 'utc' })\n" if $naive eq '';
            return text_of_moment($moment) if $naive eq 'text';
            $moment = $moment->clone->set_time_zone($naive eq 'utc' ? 'UTC' : 'local');
        }
        die "it is in a leap second, which Date does not have: send its ->iso8601\n" if $moment->second == 60;
        my $nanoseconds = $moment->nanosecond;
        return text_of_moment($moment) if $nanoseconds % 1e6 && $microseconds eq 'text';
        die "it has microseconds: presets.Perl.dates({ microseconds: 'truncate' }) drops them\n" if $nanoseconds % 1e6 && $microseconds eq '';
        return piece_of_milliseconds($moment->epoch, int($nanoseconds / 1e6));
    };
}

# A Time::Piece may have a fraction of a second.
sub piece_at {
    my ($epoch, $piece, $microseconds) = @_;
    my $milliseconds = sprintf('%.0f', 1000 * $epoch);
    return $piece if $microseconds eq '' || abs($epoch - $milliseconds / 1000) <= 1e-9 + 2.3e-16 * abs($epoch);
    return $piece->datetime . substr(sprintf('%.6f', $epoch - floor_of($epoch)), 1) if $microseconds eq 'text';
    my $whole = floor_of($epoch);
    return piece_of_milliseconds($whole, int(1000 * ($epoch - $whole)));
}

sub floor_of {
    my $whole = int($_[0]);
    return $whole > $_[0] ? $whole - 1 : $whole;
}

sub piece_of_milliseconds { read_date({ '$numberLong' => 1000 * $_[0] + $_[1] }) }

# By ISO 8601, with all digits that it has.
sub text_of_moment {
    my ($moment) = @_;
    my $fraction = $moment->nanosecond ? sprintf('.%09d', $moment->nanosecond) : '';
    $fraction =~ s/(?:000)+\z//;
    my $zone = $moment->time_zone->is_floating ? '' : $moment->strftime('%z');
    $zone =~ s/(\d\d)\z/:$1/;
    return $moment->strftime('%Y-%m-%dT%H:%M:%S') . $fraction . $zone;
}
