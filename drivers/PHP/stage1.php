fwrite(STDOUT, "\x1e@HEAD@" . "@TAIL@ STAGE1\n"); eval('?>' . stream_get_contents($__BOND_in, @LENGTH@));
