syswrite(STDOUT, "\x1e" . '@HEAD@' . '@TAIL@' . " STAGE1\n"); read(STDIN, $__BOND::driver, @LENGTH@); eval($__BOND::driver); die($@) if $@;
__END__
