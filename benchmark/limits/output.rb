# The limit of output: nothing else goes over the pipe.
$stdout.sync = true
while (line = $stdin.gets)
  line.to_i.times { puts 'x' * 999 }
end
