# Prints prices: perl prices.pl ant:5 bee:1250
sub parse { my ($line) = @_; my ($name, $cents) = split /:/, $line; return { name => $name, cents => $cents + 0 } }
sub price { my ($cents) = @_; return sprintf('%.2f', $cents / 100) }

for my $line (@ARGV) {
    my $item = parse($line);
    printf "%-6s %8s\n", $item->{name}, price($item->{cents});
}
