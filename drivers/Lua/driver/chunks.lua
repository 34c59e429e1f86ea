--: lazy
-- Long lists and texts in parts: one side begins with them while the other makes the rest.

local type, next, pcall, error, byte, sub, concat, floor, max = type, next, pcall, error, string.byte, string.sub, table.concat, math.floor, math.max
local PART = 32768    -- about how many bytes a part has
local FIRST_PART = 128 -- how many items the first one has

local function say_texts(request, text)
  local start = 1
  while start <= #text do
    local stop = start + PART - 1
    while stop < #text and (byte(text, stop + 1) or 0) >= 0x80 and byte(text, stop + 1) < 0xC0 do stop = stop + 1 end
    say('PART ' .. request .. ' ' .. encode(sub(text, start, stop)))
    start = stop + 1
  end
end

local function say_items(request, list)
  local start, count = 1, FIRST_PART
  while start <= #list do
    local items = {}
    for index = start, start + count - 1 do items[index - start + 1] = list[index] end
    local size = #items
    local text = encode(items, 'result', size)
    say('PART ' .. request .. ' ' .. text)
    start = start + size
    count = max(1, floor(size * PART / #text))
  end
end

-- Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross.
function say_parts(request, value)
  if type(value) == 'table' and not is_plain_list(value) then return encode(value) end
  local is_fine = pcall(type(value) == 'table' and say_items or say_texts, request, value)
  if is_fine then return '' end
  say('PART ' .. request .. ' ')
  return encode(value)
end

function is_plain_list(value)
  local found = 0
  for _ in next, value do found = found + 1 end
  return found == #value
end

-- Keeps a part of a long argument; what is empty takes back those that have come.
function take_part(request, payload)
  parts = parts or {}
  if payload == '' then
    parts[request] = nil
    return
  end
  local list = parts[request] or {}
  parts[request] = list
  local is_fine, value = pcall(decode, payload)
  if not is_fine then list.failure = value end
  list[#list + 1] = value
end

-- Puts what has come in parts behind the arguments; returns how many there are.
function add_parts(request, arguments, count)
  local list = parts[request]
  if not list then return count end
  parts[request] = nil
  if next(parts) == nil then parts = false end
  if list.failure then error(list.failure, 0) end
  local whole
  if type(list[1]) == 'string' then
    whole = concat(list)
  else
    whole = {}
    local size = 0
    for index = 1, #list do
      local part = list[index]
      for item = 1, #part do whole[size + item] = part[item] end
      size = size + #part
    end
  end
  arguments[count + 1] = whole
  return count + 1
end
