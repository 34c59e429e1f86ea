-- Reads and writes JSON. What the encoding has no word for is left to other files.

local byte, find, format, match, sub, gsub = string.byte, string.find, string.format, string.match, string.sub, string.gsub
local concat, next, tonumber, type, setmetatable, error = table.concat, next, tonumber, type, setmetatable, error
local getmetatable = debug and debug.getmetatable or getmetatable
local rawlen = rawlen or function(value) return #value end
local math_type = math.type
local quoted, refuse, below = quoted, refuse, below
local OBJECT, NULL, DEEPEST = OBJECT, NULL, DEEPEST
local EXACT = 2 ^ 53 -- the largest number up to which each integer is a double

---- Reading

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
    if letter ~= 44 then
      if count == 1 and letter == 93 then return {} end
      malformed()
    end
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

---- Writing

local buffer, count, path, depth, parents = {}, 0, {}, 0, {}
local root
local write_value
encodings = 0     -- how many texts have been written: the numbers of blocks beside them
extended = false -- whether the encoding is EJSON
special = {}     -- writers of tables with certain metatables

-- The path of what is being written.
local function place()
  local text = root
  for level = 1, depth do text = below(text, path[level]) end
  return text
end

function refuse_here(reason)
  refuse(#path < 40 and place() or sub(place(), 1, 200), reason)
end

function put(text)
  count = count + 1
  buffer[count] = text
end

-- The text of a number that is no integer of the language.
local function float_text(number)
  if number ~= number or number == 1 / 0 or number == -1 / 0 then
    local name = number ~= number and 'NaN' or number > 0 and 'Infinity' or '-Infinity'
    if not extended then refuse_here(name .. ' is not a JSON number') end
    return '{"$numberDouble":"' .. name .. '"}'
  end
  local text = format('%.15g', number)
  if tonumber(text) ~= number then text = format('%.17g', number) end
  if find(text, ',', 1, true) then text = gsub(text, ',', '.') end
  if not find(text, '[.e]') then text = text .. '.0' end
  return text
end

local write_number
if math_type then
  function write_number(number)
    count = count + 1
    buffer[count] = math_type(number) == 'integer' and format('%d', number) or float_text(number)
  end
else
  -- Whole numbers are integers up to 2^53, as in JavaScript.
  function write_number(number)
    local is_whole = number % 1 == 0 and number <= EXACT and number >= -EXACT and not (number == 0 and 1 / number < 0)
    count = count + 1
    buffer[count] = is_whole and format('%.0f', number) or float_text(number)
  end
end

local function enter(value)
  if parents[value] then refuse_here('refers to itself') end
  if depth > DEEPEST then refuse_here('is nested too deep') end
  parents[value] = true
  depth = depth + 1
end

local function leave(value)
  parents[value] = nil
  depth = depth - 1
end

local function write_items(list, size)
  enter(list)
  put('[')
  for index = 1, size do
    path[depth] = index - 1
    if index > 1 then put(',') end
    write_value(list[index])
  end
  put(']')
  leave(list)
end

-- Whether a table has the keys 1 to `size`, and no others.
local function is_list(value, size)
  local found = 0
  for _ in next, value do found = found + 1 end
  if found ~= size then return false end
  for index = 1, size do
    if value[index] == nil then return false end
  end
  return true
end

-- Writes a table whose keys are texts; returns false, and writes nothing, if one of them is not.
local function write_object(object)
  local start = count
  enter(object)
  local mark = '{'
  for key, item in next, object do
    local name = type(key) == 'string' and quoted(key)
    if not name then
      count = start
      leave(object)
      return false
    end
    path[depth] = key
    if extended and byte(key) == 36 then name = '"$' .. sub(name, 2) end
    count = count + 1
    buffer[count] = mark .. name .. ':'
    mark = ','
    write_value(item)
  end
  count = count + 1
  buffer[count] = mark == '{' and '{}' or '}'
  leave(object)
  return true
end

local function write_table(value)
  local meta = getmetatable(value)
  if meta == nil then
    local first = next(value)
    if first == nil then return put('[]') end
    if type(first) == 'number' then
      local size = #value
      if is_list(value, size) then return write_items(value, size) end
    elseif write_object(value) then
      return
    else
      local size = #value
      if size > 0 and is_list(value, size) then return write_items(value, size) end
    end
    return write_map(value)
  end
  if meta == OBJECT then
    if not write_object(value) then write_map(value) end
  elseif rawequal(value, NULL) then
    put('null')
  else
    write_special(value, meta)
  end
end

function write_value(value)
  local kind = type(value)
  if kind == 'string' then
    count = count + 1
    buffer[count] = quoted(value) or bytes_text(value)
  elseif kind == 'number' then
    write_number(value)
  elseif kind == 'table' then
    write_table(value)
  elseif kind == 'boolean' then
    count = count + 1
    buffer[count] = value and 'true' or 'false'
  elseif kind == 'nil' then
    count = count + 1
    buffer[count] = 'null'
  else
    write_special(value)
  end
end

-- For the other files: what is inside of a value, with the key by which it is found.
function inside(value, write)
  enter(value)
  write(function(key, item)
    path[depth] = key
    write_value(item)
  end)
  leave(value)
end

-- JSON of a value; what the encoding would change on the way is an error that says where it is. `size` is for lists with nil.
function encode(value, name, size)
  if value == nil then return 'null' end
  if math_type and math_type(value) == 'integer' then return format('%d', value) end
  root, count, depth = name or 'result', 0, 0
  encodings = encodings + 1
  if next(parents) ~= nil then parents = {} end -- the last one has failed
  if size then write_items(value, size) else write_value(value) end
  if count == 1 then return buffer[1] end
  return concat(buffer, '', 1, count)
end

-- A value of the host.
function decode(payload)
  local value = read_json(payload)
  if extended and find(payload, '"$', 1, true) then return read_words(value, payload) end
  return value
end
