# Tells numbers, strings and booleans apart, in each version of Perl.

# What a scalar was made as: Perl 5.36 keeps numbers that were printed apart from strings that were added, and knows
# booleans. Earlier ones take a number that has been printed for a string.
BEGIN {
    if ($] >= 5.036) { *is_number = \&builtin::created_as_number; *is_bool = \&builtin::is_bool }
    else {
        require B;
        eval 'sub is_bool { 0 } sub is_number {
            return 0 if ref $_[0];
            my $copy = $_[0];    # whose text is made, and not that of the original: it would be a string from then on
            return 0 unless $copy =~ /^-?[0-9iInN]/;
            my $flags = B::svref_2object(\$_[0])->FLAGS;
            $flags & (B::SVp_IOK() | B::SVp_NOK()) && !($flags & B::SVp_POK());
        } 1' or die $@;
    }
}

my ($true, $false);
if ($] >= 5.036) { ($true, $false) = (!!1, !!0) }
else {
    load('JSON/PP/Boolean.pm') or load('JSON/PP.pm');
    ($true, $false) = map { my $value = $_; bless \$value, 'JSON::PP::Boolean' } 1, 0;
}

# Before 5.30, Perl's own reading of decimals may miss the nearest number by one bit.
my $reads_decimals = $] >= 5.030;
my $read_decimal = $reads_decimals ? sub { $_[0] + 0 } : do { require POSIX; sub { scalar POSIX::strtod($_[0]) } };
