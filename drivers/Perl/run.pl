# Runs a file as the interpreter itself would, for `bond run`.

package __BOND_run;
use strict;
use warnings;
no warnings 'redefine';

# Runs the file at a path; or, where the file is elsewhere, its text.
sub main::_BOND_run_file {
    my ($path, $text, $arguments) = @_;
    ($0, @ARGV) = ($path, @$arguments);
    if (defined $text) {
        __BOND_driver::run_code("#line 1 \"$path\"\n$text");
        return;
    }
    require File::Spec;
    $path = File::Spec->rel2abs($path);
    die "$path: $!\n" unless -r $path;
    do $path;
    die $@ if length ref $@ || $@ ne '';
    return;
}
