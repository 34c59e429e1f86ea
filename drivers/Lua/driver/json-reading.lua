-- Reads JSON. What the encoding has no word for is left to other files.

local byte, find, match, sub, gsub = string.byte, string.find, string.match, string.sub, string.gsub
local concat, next, tonumber, setmetatable = table.concat, next, tonumber, setmetatable
local math_type = math.type
local refuse = refuse
local OBJECT, EXACT = OBJECT, EXACT

local text, position
local read_value

local ESCAPED = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t', ['"'] = '"', ['\\'] = '\\', ['/'] = '/' }

local function undecodable(reason)
  text = nil
  refuse('what the host sent cannot be decoded', reason)
end

local function malformed()
  undecodable('this is no JSON: ' .. in_words(sub(text, position or 1, (position or 1) + 20)))
end

-- The character of `\uXXXX` at a place, and where it ends.
local function read_unicode(start)
  local code = tonumber(sub(text, start, start + 3), 16) or malformed()
  if code < 0xD800 or code > 0xDFFF then return character(code), start + 4 end
  local low = match(text, '^\\u(%x%x%x%x)', start + 4)
  low = low and tonumber(low, 16)
  if code > 0xDBFF or not low or low < 0xDC00 or low > 0xDFFF then undecodable('half of a surrogate pair is no text in Lua') end
  return character(0x10000 + (code - 0xD800) * 0x400 + low - 0xDC00), start + 10
end

local function read_escaped(start)
  local pieces, count = {}, 0
  while true do
    local stop = find(text, '["\\]', start) or malformed()
    count = count + 1
    pieces[count] = sub(text, start, stop - 1)
    if byte(text, stop) == 34 then
      position = stop + 1
      return concat(pieces)
    end
    local letter = sub(text, stop + 1, stop + 1)
    count = count + 1
    if letter == 'u' then
      pieces[count], start = read_unicode(stop + 2)
    else
      pieces[count], start = ESCAPED[letter] or malformed(), stop + 2
    end
  end
end

local function read_string()
  local start = position + 1
  local stop = find(text, '["\\]', start) or malformed()
  if byte(text, stop) == 92 then return read_escaped(start) end
  position = stop + 1
  return sub(text, start, stop - 1)
end

local function too_long(digits)
  undecodable('the integer ' .. digits .. (math_type and ' is longer than 64 bits' or ' is beyond 2^53, and numbers of this Lua are doubles'))
end

local function read_number()
  local digits = match(text, '^-?%d+', position) or malformed()
  local stop = position + #digits
  local after = byte(text, stop)
  if after == 46 or after == 101 or after == 69 then
    digits = match(text, '^[%d.eE+-]+', position)
    position = position + #digits
    return tonumber(digits) or tonumber((gsub(digits, '%.', ','))) or malformed() -- a locale of your program
  end
  position = stop
  local number = tonumber(digits)
  if #digits > 15 then
    if math_type then
      if math_type(number) ~= 'integer' then too_long(digits) end
    elseif number > EXACT or number < -EXACT or number == EXACT and digits ~= '9007199254740992' or number == -EXACT and digits ~= '-9007199254740992' then
      too_long(digits)
    end
  end
  return number
end

-- The position behind white space.
local function skip_space()
  position = find(text, '%S', position) or malformed()
  return byte(text, position)
end

local function read_list()
  local list, count = {}, 0
  position = position + 1
  local letter = byte(text, position)
  if letter == 93 then
    position = position + 1
    return list
  end
  while true do
    count = count + 1
    list[count] = read_value()
    letter = byte(text, position)
    if letter ~= 44 and letter ~= 93 then letter = skip_space() end
    position = position + 1
    if letter == 93 then return list end
    if letter ~= 44 then malformed() end
  end
end

local function read_object()
  local object = setmetatable({}, OBJECT)
  position = position + 1
  local letter = byte(text, position)
  if letter == 125 then
    position = position + 1
    return object
  end
  while true do
    if letter ~= 34 and skip_space() ~= 34 then malformed() end
    local key = read_string()
    letter = byte(text, position)
    if letter ~= 58 and skip_space() ~= 58 then malformed() end
    position = position + 1
    object[key] = read_value()
    letter = byte(text, position)
    if letter ~= 44 and letter ~= 125 then letter = skip_space() end
    position = position + 1
    if letter == 125 then return object end
    if letter ~= 44 then malformed() end
    letter = byte(text, position)
  end
end

local function reader(word, value)
  return function()
    if sub(text, position, position + #word - 1) ~= word then malformed() end
    position = position + #word
    return value
  end
end

local READERS = { [34] = read_string, [91] = read_list, [123] = read_object, [116] = reader('true', true), [102] = reader('false', false), [110] = reader('null', NULL) }
for code = 48, 57 do READERS[code] = read_number end
READERS[45] = read_number
for _, code in next, { 32, 9, 10, 13 } do
  READERS[code] = function()
    skip_space()
    return read_value()
  end
end

function read_value()
  return (READERS[byte(text, position)] or malformed)()
end

-- The value of a text. Null is NULL.
function read_json(given)
  text, position = given, 1
  local value = read_value()
  if position <= #text and find(text, '%S', position) then malformed() end
  text = nil
  return value
end
