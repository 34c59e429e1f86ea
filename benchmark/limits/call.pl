# The limit: one line a call, one line an answer, and nothing else. The argument is the JSON module.
use strict;
use warnings;

my $module = shift;
eval "require $module" or die $@;
my $json = $module->new->utf8->allow_nonref;
my %functions = (
    add  => sub { $_[0] + $_[1] },
    same => sub { $_[0] },
);

while (my $line = <STDIN>) {
    my ($name, $args) = @{ $json->decode($line) };
    syswrite STDOUT, $json->encode($functions{$name}->(@$args)) . "\n";
}
