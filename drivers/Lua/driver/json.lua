-- Writes JSON. What the encoding has no word for is left to other files.

local byte, find, format, sub, gsub = string.byte, string.find, string.format, string.sub, string.gsub
local concat, next, tonumber, type = table.concat, next, tonumber, type
local getmetatable = debug and debug.getmetatable or getmetatable
local math_type = math.type
local quoted, refuse, below = quoted, refuse, below
local OBJECT, NULL, DEEPEST = OBJECT, NULL, DEEPEST
EXACT = 2 ^ 53 -- the largest number up to which each integer is a double
local EXACT = EXACT

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
