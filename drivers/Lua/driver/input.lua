-- Reads the lines of the host.

local input = io.stdin
local read = input.read
local match, byte = string.match, string.byte

-- Reads another file from now on.
function read_from(file)
  input = file
end

-- The parts of the next line: verb, frame, request, payload; nothing at the end. Blocks of bytes are kept on the way.
function next_message()
  while true do
    local line = read(input, '*l')
    if not line then return nil end
    local verb, target, request, payload = match(line, '^(%S+) (%S+) (%S+) ?(.*)')
    if verb == 'BYTES' then
      keep_block(request, payload)
    elseif verb then
      return verb, target, request, payload
    end
  end
end

-- So many bytes of what comes next.
function read_bytes(count)
  if count == 0 then return '' end
  return read(input, count) or ''
end
