#: lazy
# Iterates for the host.

my %iterators;    # [sub that returns the next item or nothing, [what it has thrown behind items]], by number
my $iterated = 0;
my $now;

sub main::_BOND_iterate {
    my $next = @_ == 1 && iterator_of($_[0]);
    if (!$next) { my @items = @_; $next = sub { @items ? shift @items : () } }
    $now ||= load('Time/HiRes.pm') ? \&Time::HiRes::time : sub { time };
    $iterators{ ++$iterated } = [$next];
    return $iterated + 0;
}

# A sub that returns the next item, or nothing at the end; none for a value that is an item itself.
sub iterator_of {
    my ($value) = @_;
    my $type = type_of($value);
    return undef unless ref $value || $type eq 'GLOB';
    my $has = sub { ref $value && load_overload() && overload::Method($value, $_[0]) };
    my $step = $type eq 'CODE' || $has->('&{}') ? sub { scalar $value->() }
        : $type =~ /^(?:GLOB|IO)\z/ || $has->('<>') ? sub { scalar readline($value) }
        : undef;
    return sub { my $item = $step->(); defined $item ? $item : () } if $step;
    my $index = 0;
    return sub { $index < @$value ? $value->[$index++] : () } if $type eq 'ARRAY' || $has->('@{}');
    die "a value of type $type cannot be iterated over\n";
}

# The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds.
sub main::_BOND_next {
    my ($number, $count) = @_;
    my $iterator = $iterators{$number} or die "there is no iterator $number\n";
    my ($next, $failure) = @$iterator;
    my (@items, $is_done);
    my $deadline = $now->() + 0.005;
    if (!$failure) {
        local $@;
        eval {
            do {
                my @item = $next->();
                $is_done = !@item;
                push @items, @item;
            } until $is_done || @items >= $count || $now->() > $deadline;
            1;
        } or $iterator->[1] = $failure = [$@];
    }
    if ($failure && (!@items || ref $failure->[0] eq '_BOND_InterruptException')) {
        delete $iterators{$number};
        die @$failure;
    }
    delete $iterators{$number} if $is_done;
    return [\@items, $is_done ? $true : $false];
}

sub main::_BOND_leave { delete $iterators{ $_[0] }; return }
