# The limit: one line a call, one line an answer, and nothing else.
require 'json'

def add(a, b)
  a + b
end

def same(value)
  value
end

$stdout.sync = true
while (line = $stdin.gets)
  name, args = JSON.parse(line)
  $stdout.write("#{JSON.generate(send(name, *args))}\n")
end
