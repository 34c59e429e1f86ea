-- The ways to the host and the program's own: what is said goes to the host, and what is printed goes out immediately.

local out = io.stdout
local write, flush = out.write, out.flush
local byte, find, sub, concat = string.byte, string.find, string.sub, table.concat
local type, tostring = type, tostring
local last_piece, more_pieces, block_mark, bytes_mark, room
local is_buffered = false -- whether your program has given standard output a buffer

released = {} -- what the host has lent, and what nothing here refers to any more
written = false -- bytes that are to be sent beside the next message, by the number of their block

-- Lua cannot replace the descriptor of standard input. So everything of Lua's own that reads from it, and every subprocess,
-- gets /dev/null.
function open_streams(mark)
  last_piece, more_pieces = mark .. ' ', mark .. '+'
  block_mark, bytes_mark = mark .. '*', mark .. '#'
  room = 4096 - #last_piece - 1 -- up to this size, a write is never mixed with those of other processes
  local input = io.open('/dev/null', 'r')
  io.input(input)
  G.io.stdin = input
  guard_functions()
end

function guard_functions()
  local execute, popen, dofile, loadfile = os.execute, io.popen, dofile, loadfile
  local function guarded(command)
    return (type(command) == 'string' or type(command) == 'number') and 'exec </dev/null; ' .. command or command
  end
  G.os.execute = function(command, ...) return execute(guarded(command), ...) end
  G.io.popen = function(command, mode, ...)
    if mode == nil or type(mode) == 'string' and byte(mode) == 114 then command = guarded(command) end
    return popen(command, mode or 'r', ...)
  end
  G.dofile = function(name, ...)
    if name ~= nil then return dofile(name, ...) end
  end
  G.loadfile = function(name, ...)
    return loadfile(name == nil and '/dev/null' or name, ...)
  end
  if debug then G.debug.debug = function() end end
  local set_buffer = out.setvbuf
  getmetatable(out).__index.setvbuf = function(file, mode, ...)
    if file == out then is_buffered = mode ~= 'no' end
    return set_buffer(file, mode, ...)
  end
end

-- Sends one message to the host, after everything that was printed before it.
function say(message)
  if released[1] then say_released() end
  if is_buffered then flush(out) end
  if written then say_blocks(message) end
  if #message <= room then
    write(out, last_piece .. message .. '\n')
  else
    say_long(message)
  end
  if is_buffered then flush(out) end
end

function say_long(message)
  local start, size = 1, #message
  while start <= size do
    local stop = start + room - 1
    write(out, (stop < size and more_pieces or last_piece) .. sub(message, start, stop) .. '\n')
    start = stop + 1
  end
end

-- Sends bytes beside the text that names them.
function say_block(number, bytes)
  write(out, block_mark .. string.format('%d %d', number, #bytes) .. '\n')
  local start, size = 1, #bytes
  local most = room - 8
  while start <= size do
    local piece = sub(bytes, start, start + most - 1)
    write(out, bytes_mark .. string.format('%d', #piece) .. '\n' .. piece)
    start = start + most
  end
end

function say_released()
  local numbers = released
  released = {}
  say('RELEASE ' .. concat(numbers, ' '))
end
