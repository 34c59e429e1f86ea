-- The limit: one line a call, one line an answer, and nothing else.
local json = require 'cjson'
local decode, encode, unpack = json.decode, json.encode, table.unpack or unpack

function add(a, b) return a + b end
function same(value) return value end

io.stdout:setvbuf('no')
for line in io.lines() do
  local request = decode(line)
  io.write(encode(_G[request[1]](unpack(request[2]))) .. '\n')
end
