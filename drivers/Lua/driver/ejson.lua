--: lazy
-- Values that plain JSON has no word for, in the words of EJSON, or as an error that says where they are.

local byte, char, floor, sub, concat, format = string.byte, string.char, math.floor, string.sub, table.concat, string.format
local type, next, tostring, rawget = type, next, tostring, rawget
local LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes)
  local pieces, count = {}, 0
  for start = 1, #bytes - 2, 3 do
    local a, b, c = byte(bytes, start, start + 2)
    local number = a * 65536 + b * 256 + c
    local last, rest = number % 64, floor(number / 64)
    local third = rest % 64
    rest = floor(rest / 64)
    local second, first = rest % 64, floor(rest / 64)
    count = count + 1
    pieces[count] = char(byte(LETTERS, first + 1), byte(LETTERS, second + 1), byte(LETTERS, third + 1), byte(LETTERS, last + 1))
  end
  local left = #bytes % 3
  if left > 0 then
    local a, b = byte(bytes, -left, -1)
    local number = a * 65536 + (b or 0) * 256
    local first, second, third = floor(number / 262144), floor(number / 4096) % 64, floor(number / 64) % 64
    pieces[count + 1] = char(byte(LETTERS, first + 1), byte(LETTERS, second + 1)) .. (b and char(byte(LETTERS, third + 1)) .. '=' or '==')
  end
  return concat(pieces)
end

-- A string that is not text.
function bytes_text(bytes)
  if not extended then refuse_here('bytes that are not UTF-8 cannot be carried by JSON') end
  if takes_blocks and #bytes >= 512 then return '{"$binary":{"block":' .. beside(bytes) .. '}}' end
  return '{"$binary":{"base64":"' .. base64(bytes) .. '","subType":"00"}}'
end

local function shown(key)
  local text = type(key) == 'string' and (quoted(key) or quoted(in_words(key))) or tostring(key)
  return #text > 80 and sub(text, 1, 80) .. '...' or text
end

-- A table whose keys are not all texts.
function write_map(map)
  if not extended then
    for key in next, map do
      if type(key) ~= 'string' then refuse_here('the key ' .. shown(key) .. ' is not a text, and the table is no list') end
      if not quoted(key) then refuse_here('the key ' .. shown(key) .. ' is not UTF-8') end
    end
    refuse_here('a map cannot be carried by JSON')
  end
  local mark = '{"$map":[['
  inside(map, function(item_at)
    for key, item in next, map do
      put(mark)
      item_at(key, key)
      put(',')
      item_at(key, item)
      mark = '],['
    end
  end)
  put(mark == '],[' and ']]}' or '{"$map":[]}')
end

local function write_set(set)
  if not extended then refuse_here('a set cannot be carried by JSON') end
  put('{"$set":')
  inside(set, function(item_at)
    put('[')
    for index = 1, #set do
      if index > 1 then put(',') end
      item_at(index - 1, set[index])
    end
    put(']')
  end)
  put('}')
end

local function write_date(date)
  local ms = date.ms
  if not extended then refuse_here('a date cannot be carried by JSON') end
  if type(ms) ~= 'number' or ms % 1 ~= 0 or ms > 8.64e15 or ms < -8.64e15 then refuse_here('the ms of a date are no whole number, or out of range') end
  put('{"$date":{"$numberLong":"' .. format('%.0f', ms) .. '"}}')
end

-- What is no plain value of Lua.
function write_special(value, meta)
  if meta == MAP then return write_map(value) end
  if meta == SET then return write_set(value) end
  if meta == DATE then return write_date(value) end
  local kind = type(value)
  local name = kind_of(value)
  if kind == 'cdata' then return write_cdata(value) end
  if kind == 'table' then refuse_here('a table with a metatable' .. (name ~= 'table' and ', a ' .. name .. ',' or '') .. ' cannot be carried: use hold, or convert') end
  refuse_here('a value of type ' .. kind .. ' cannot be carried: use hold')
end

-- In LuaJIT: 64-bit integers.
function write_cdata(value)
  local digits = string.match(tostring(value), '^(%-?%d+)U?LL$')
  if not digits then refuse_here('a value of type cdata cannot be carried: use hold') end
  put(digits)
end
