syswrite(STDOUT, "\x1e" . '@HEAD@' . '@TAIL@' . " STAGE1\n"); read(STDIN, $__BOND_driver::text, @LENGTH@); eval($__BOND_driver::text); die($@) if $@;
__END__
