syswrite(STDOUT, "\x1e" . '@HEAD@' . '@TAIL@' . " STAGE1\n"); read(STDIN, $__BOND_driver::text, @LENGTH@); eval(join("\n#: ", map(/^seldom/ ? "\n" x tr/\n// : $_, split(/\n#: /, $__BOND_driver::text)))); die($@) if $@;
__END__
