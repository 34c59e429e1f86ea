--: lazy
-- Reads the words of EJSON.

local byte, char, find, floor, gsub, sub, concat = string.byte, string.char, string.find, math.floor, string.gsub, string.sub, table.concat
local next, type, setmetatable, tonumber, error, rawequal = next, type, setmetatable, tonumber, error, rawequal
local getmetatable = debug and debug.getmetatable or getmetatable
local ldexp = math.ldexp or function(mantissa, exponent) return mantissa * 2.0 ^ exponent end
local NAN, INFINITY = 0 / 0, 1 / 0
local SPECIAL = { NaN = NAN, Infinity = INFINITY, ['-Infinity'] = -INFINITY }

local VALUES = {}
do
  local letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for index = 1, 64 do VALUES[byte(letters, index)] = index - 1 end
end

function from_base64(text)
  text = gsub(text, '=+$', '')
  local pieces, count = {}, 0
  for start = 1, #text, 4 do
    local a, b, c, d = byte(text, start, start + 3)
    local number = VALUES[a] * 262144 + VALUES[b] * 4096 + (c and VALUES[c] * 64 or 0) + (d and VALUES[d] or 0)
    local bytes = char(floor(number / 65536), floor(number / 256) % 256, number % 256)
    count = count + 1
    pieces[count] = d and bytes or sub(bytes, 1, c and 2 or 1)
  end
  return concat(pieces)
end

local read

local function bytes_in(content)
  local block = content.block
  if block then return bytes_at(block[1], block[2], block[3]) end
  return from_base64(content.base64)
end

local function as_key(key)
  if rawequal(key, NULL) or key ~= key then error('a Map has the key ' .. (key ~= key and 'NaN' or 'null') .. ', which no table can have', 0) end
  return key
end

local function read_map(entries)
  local map = setmetatable({}, MAP)
  for index = 1, #entries do
    local key = as_key(read(entries[index][1]))
    if map[key] ~= nil then error('keys of a Map are the same in Lua', 0) end
    map[key] = read(entries[index][2])
  end
  return map
end

-- Numbers of so many bytes, little-endian.
local SIZES = { int8 = 1, uint8 = 1, uint8clamped = 1, int16 = 2, uint16 = 2, int32 = 4, uint32 = 4, int64 = 8, uint64 = 8, float32 = 4, float64 = 8 }
local FORMATS = { int8 = '<i1', uint8 = '<I1', uint8clamped = '<I1', int16 = '<i2', uint16 = '<I2', int32 = '<i4', uint32 = '<I4', int64 = '<i8', uint64 = '<I8', float32 = '<f', float64 = '<d' }
local unpack_bytes = string.unpack

local function whole(bytes, start, size)
  local number = 0
  for index = start + size - 1, start, -1 do number = number * 256 + byte(bytes, index) end
  return number
end

-- Without `string.unpack`: an IEEE number of so many bits of mantissa and exponent.
local function ieee(bytes, start, size, mantissa_bits, bias)
  local number = size == 4 and whole(bytes, start, 4)
  local high, fraction
  if number then
    high, fraction = floor(number / 2 ^ 23), number % 2 ^ 23
  else
    high = whole(bytes, start + 6, 2)
    fraction = (high % 16) * 2 ^ 48 + whole(bytes, start, 6)
    high = floor(high / 16)
  end
  local sign = high > bias * 2 + 1 and -1 or 1
  local exponent = high % (bias * 2 + 2)
  if exponent == bias * 2 + 1 then return fraction == 0 and sign * INFINITY or NAN end
  if exponent == 0 then return sign * ldexp(fraction, 1 - bias - mantissa_bits) end
  return sign * ldexp(fraction + 2 ^ mantissa_bits, exponent - bias - mantissa_bits)
end

local function exact_64(bytes, start, is_signed)
  local high, low = whole(bytes, start + 4, 4), whole(bytes, start, 4)
  if is_signed and high >= 2 ^ 31 then high = high - 2 ^ 32 end
  local number = high * 2 ^ 32 + low
  if number > 2 ^ 53 or number < -2 ^ 53 then error('an integer of 64 bits is beyond 2^53, and numbers of this Lua are doubles', 0) end
  return number
end

local function number_at(bytes, start, kind, size)
  if unpack_bytes then
    local number = unpack_bytes(FORMATS[kind], bytes, start)
    if kind == 'uint64' and number < 0 then error('an integer of 64 bits without a sign is beyond 2^63', 0) end
    return number
  end
  if kind == 'float64' then return ieee(bytes, start, 8, 52, 1023) end
  if kind == 'float32' then return ieee(bytes, start, 4, 23, 127) end
  if size == 8 then return exact_64(bytes, start, kind == 'int64') end
  local number = whole(bytes, start, size)
  if sub(kind, 1, 1) == 'i' and number >= 2 ^ (8 * size - 1) then number = number - 2 ^ (8 * size) end
  return number
end

local function read_numbers(content)
  local kind, bytes = content.type, bytes_in(content)
  local size = SIZES[kind]
  local list = {}
  for index = 1, #bytes / size do list[index] = number_at(bytes, (index - 1) * size + 1, kind, size) end
  return list
end

-- Nested lists, row after row.
local function read_array(content)
  local data, shape, items = content.data, content.shape, nil
  if data['$typedArray'] then
    items = read_numbers(data['$typedArray'])
  else
    local bytes, is_bool = bytes_in(data['$binary']), content.type == 'bool'
    items = {}
    for index = 1, #bytes do
      local item = byte(bytes, index)
      items[index] = item
      if is_bool then items[index] = item ~= 0 end
    end
  end
  if #shape == 0 then return items[1] end
  for dimension = #shape, 2, -1 do
    local rows, size = {}, shape[dimension]
    local total = 1
    for before = 1, dimension - 1 do total = total * shape[before] end
    for row = 1, total do
      rows[row] = {}
      for column = 1, size do rows[row][column] = items[(row - 1) * size + column] end
    end
    items = rows
  end
  return items
end

local WORDS = {
  ['$numberDouble'] = function(content) return SPECIAL[content] or error('there is no number ' .. content, 0) end,
  ['$binary'] = bytes_in,
  ['$date'] = function(content) return new_date(tonumber(content['$numberLong'])) end,
  ['$map'] = read_map,
  ['$set'] = function(content)
    local set = setmetatable({}, SET)
    for index = 1, #content do set[index] = read(content[index]) end
    return set
  end,
  ['$typedArray'] = read_numbers,
  ['$ndarray'] = read_array,
}

function read(value)
  if type(value) ~= 'table' or rawequal(value, NULL) then return value end
  if getmetatable(value) ~= OBJECT then
    for index = 1, #value do value[index] = read(value[index]) end
    return value
  end
  local name, content = next(value)
  if name and next(value, name) == nil and find(name, '^%$[^$]') then
    return (WORDS[name] or error('there is no word ' .. name, 0))(content)
  end
  local object = setmetatable({}, OBJECT)
  for key, item in next, value do object[find(key, '^%$%$') and sub(key, 2) or key] = read(item) end
  return object
end

function read_words(value, payload)
  local is_fine, made = pcall(read, value)
  if not is_fine then refuse('what the host sent cannot be decoded', in_words(tostring(made))) end
  value = made
  if blocks then forget_blocks(payload) end
  return value
end

function new_date(ms)
  if not DATE.__tostring then
    DATE.__index = DATE
    DATE.__tostring = function(date)
      return os.date('!%Y-%m-%dT%H:%M:%S', floor(date.ms / 1000)) .. string.format('.%03dZ', date.ms % 1000)
    end
    DATE.__eq = function(a, b) return a.ms == b.ms end
    DATE.__lt = function(a, b) return a.ms < b.ms end
    DATE.__le = function(a, b) return a.ms <= b.ms end
  end
  return setmetatable({ ms = ms }, DATE)
end
