-- The limit of output: nothing else goes over the pipe.
io.stdout:setvbuf('no')
for line in io.lines() do
  for _ = 1, tonumber(line) do print(('x'):rep(999)) end
end
