-- The limit of bytes: a line with their number, all of them read, and all of them written.
io.stdout:setvbuf('no')
for line in io.lines() do io.write(io.read(tonumber(line))) end
