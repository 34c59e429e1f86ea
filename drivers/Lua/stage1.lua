io.stdout:setvbuf("no") io.stdout:write("\030@HEAD@" .. "@TAIL@ STAGE1\n") local text = io.stdin:read(@LENGTH@) assert((loadstring or load)(text:match("^(.-)\n%-%-: "), "=<bond driver: load>"))(text)
