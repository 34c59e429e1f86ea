STDOUT.syswrite("\x1e@HEAD@" + "@TAIL@ STAGE1\n"); eval($stdin.read(@LENGTH@).force_encoding('UTF-8'), TOPLEVEL_BINDING, '<bond driver>')
