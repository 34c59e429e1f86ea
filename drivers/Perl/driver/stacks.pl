#: lazy
# What an exception has passed, frame by frame.

my $most_frames = 100;     # that are told of, half of them from each end
my $most_looked_at = 5000;    # Perl counts from the innermost anew for each

# Who has called the host: name, file and line of each, from the innermost on, until there is another request.
sub frames_here {
    my ($level, @frames, @place) = (0);
    while ($level < $most_looked_at and my ($package, $file, $line, $sub, undef, undef, $evaluated) = caller $level++) {
        last if $sub eq '__BOND_driver::serve';
        my $is_block = $sub eq '(eval)' && !defined $evaluated;    # which is part of a sub
        next if $is_block && @place;
        push @frames, [$sub eq '(eval)' ? 'main' : $sub, @place] if @place && $sub ne '__BOND_driver::evaluate';
        @place = $package eq __PACKAGE__ ? () : (place_text($file), $line);
    }
    return bounded(@frames);
}

sub place_text {
    my ($text) = @_;
    utf8_upgrade($text);
    return $text;
}

sub bounded {
    my (@frames) = @_;
    my $more = @frames - $most_frames;
    splice @frames, $most_frames / 2, $more, $more if $more > 0;
    return \@frames;
}

sub frames_in {
    my ($error) = @_;
    my $frames = eval { $error->{frames} };
    return ref $frames eq 'ARRAY' && !grep({ ref $_ ne 'ARRAY' && !/^\d+\z/ } @$frames) ? $frames : [];
}

# What the text of an exception says of where it was thrown; of those by Carp, who had called that.
sub frames_in_text {
    my ($text) = @_;
    my @lines = split /\n/, substr($text, -100_000);
    my $start = (grep { $lines[$_] !~ /^\t/ && place_in($lines[$_]) } reverse 0 .. $#lines)[0];
    return [] if !defined $start;
    my (undef, @place) = place_in($lines[$start]);
    my @frames;
    for my $line (@lines[$start + 1 .. $#lines]) {
        my ($name, @caller) = place_in($line, ' called');
        last if !@caller || index($name, "\t__BOND_driver::") == 0;
        $name = $name =~ /^\t([\w:']+)\(/ ? $1 : 'main';
        push @frames, [$name, @place];
        @place = @caller;
    }
    return bounded(@frames, [@frames ? 'main' : '', @place]);
}

# What a line ends with: ` at FILE line NUMBER.`, and what stands before that.
sub place_in {
    my ($line, $before) = (@_, '');
    $line =~ s/, <[^>]*> (?:line|chunk) \d+\.\z/./;    # what has been read last
    my ($end, $number) = $line =~ / line (\d+)\.?\z/ ? ($-[0], $1 + 0) : return;
    my $start = rindex($line, "$before at ", $end);
    return $start < 0 ? () : (substr($line, 0, $start), substr($line, $start + 4 + length $before, $end - $start - 4 - length $before), $number);
}
