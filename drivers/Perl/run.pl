# Runs a file as the interpreter itself would, for `bond run`.

package __BOND_run;
use strict;
use warnings;
no warnings 'redefine';

# Runs the file at a path; or, where the file is elsewhere, its text. Perl reads a program and its arguments as octets.
sub main::_BOND_run_file {
    my ($path, $text, @arguments) = ($_[0], $_[1], @{ $_[2] });
    for my $octets ($path, $text, @arguments) { utf8::encode($octets) if defined $octets && utf8::is_utf8($octets) }
    @ARGV = @arguments;
    if (defined $text) {
        local $__BOND_driver::loading = { wanted => {}, path => $path, is_sent => 1 };
        __BOND_driver::run_program($path, $text);
    } else {
        main::_BOND_load($path, []);
    }
    return;
}
