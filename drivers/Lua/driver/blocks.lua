--: lazy
-- Many bytes, which cross beside the text that names them: in blocks.

local tonumber, tostring, error, next, find, sub, gmatch, concat = tonumber, tostring, error, next, string.find, string.sub, string.gmatch, table.concat
local format, match = string.format, string.match

-- `blocks` has those that have come, by number. The heading may say what numbers they are, behind the length.
function keep_block(number, heading)
  blocks = blocks or {}
  blocks[tonumber(number)] = read_bytes(tonumber(match(heading, '^%d+')))
end

-- Bytes that a word names.
function bytes_at(number, start, length)
  local block = blocks and blocks[number]
  if not block or start + length > #block then error('block ' .. tostring(number) .. ' has no such bytes', 0) end
  return sub(block, start + 1, start + length)
end

-- What names them has been read.
function forget_blocks(text)
  for number in gmatch(text, '"block":%[(%d+),') do blocks[tonumber(number)] = nil end
end

-- The place of bytes that are sent beside the text that is being written.
function beside(bytes)
  written = written or {}
  local number = encodings
  local block = written[number] or { size = 0 }
  written[number] = block
  local start = block.size
  block.size = start + #bytes
  block[#block + 1] = bytes
  return format('[%d,%d,%d]', number, start, #bytes)
end

-- Sends the bytes that a message names. Those of others have not been sent, and never are.
function say_blocks(message)
  local all = written
  written = false
  for number, block in next, all do
    if find(message, '"block":[' .. format('%d', number) .. ',', 1, true) then say_block(number, concat(block)) end
  end
end
