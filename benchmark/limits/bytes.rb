# The limit of bytes: a line with their number, all of them read, and all of them written.
$stdin.binmode
$stdout.binmode
$stdout.sync = true
while (line = $stdin.gets)
  $stdout.write($stdin.read(line.to_i))
end
