--: lazy
-- Converts values by type before they cross.

local type, next, error, pcall, rawget, rawequal, tostring, match = type, next, error, pcall, rawget, rawequal, tostring, string.match
local setmetatable, getmetatable = setmetatable, debug and debug.getmetatable or getmetatable
local ALWAYS_PLAIN = { string = true, number = true, boolean = true, ['nil'] = true, table = true, list = true }
local DEEPEST_COPY = 400

-- Has values of certain types converted: pairs of a name and code of something that can be called.
function bond_convert(entries)
  converts = converts or {}
  for _, entry in next, entries do
    local name, code = entry[1], entry[2]
    if ALWAYS_PLAIN[name] then error("'" .. name .. "': values of this type always cross unchanged", 0) end
    local is_fine, conversion = pcall(function() return compile_code(code, 'convert', true)() end)
    if not is_fine then error("'" .. name .. "': " .. message_of(conversion), 0) end
    if not is_callable(conversion) then error("'" .. name .. "': its code gives a " .. type(conversion) .. ' value, which cannot be called', 0) end
    converts[name] = conversion
  end
end

local function matching(class)
  local name = rawget(class, '__name')
  if type(name) == 'string' and converts[name] then return converts[name] end
  for known, conversion in next, converts do
    local place = G
    for part in string.gmatch(known, '[^.]+') do place = type(place) == 'table' and rawget(place, part) or nil end
    if type(place) == 'table' and (place == class or place == rawget(class, '__index')) then return conversion end
  end
end

-- The conversion for the nearest class of a value.
local function conversion_for(value)
  local kind = type(value)
  if kind == 'string' or kind == 'number' or kind == 'boolean' then return nil end
  local meta, steps = getmetatable(value), 0
  while type(meta) == 'table' and steps < 50 do
    local found = matching(meta)
    if found then return found end
    local index = rawget(meta, '__index')
    meta, steps = type(index) == 'table' and getmetatable(index) or nil, steps + 1
  end
  return kind ~= 'table' and converts[kind] or nil
end

local convert

local function convert_parts(value, path, done, depth)
  local meta = type(value) == 'table' and getmetatable(value)
  if type(value) ~= 'table' or rawequal(value, NULL) or not (meta == nil or meta == OBJECT or meta == MAP or meta == SET) then return value end
  if depth > DEEPEST_COPY then refuse(string.sub(path, 1, 200), 'is nested too deep') end
  done[value] = value
  local copy, is_same = setmetatable({}, meta), true
  local is_list = meta == nil and #value > 0
  for key, item in next, value do
    local made = convert(item, below(path, is_list and type(key) == 'number' and key - 1 or key), done, depth + 1)
    if made == nil then made = NULL end
    local made_key = type(key) == 'string' and key or type(key) == 'number' and key or convert(key, below(path, key), done, depth + 1)
    copy[made_key] = made
    is_same = is_same and rawequal(made, item) and rawequal(made_key, key)
  end
  done[value] = is_same and value or copy
  return done[value]
end

function convert(value, path, done, depth)
  local kind = type(value)
  if kind == 'string' or kind == 'number' or kind == 'boolean' or kind == 'nil' then return value end
  if done[value] ~= nil then return done[value] end
  if live_objects and live_objects[value] then return value end
  local conversion = conversion_for(value)
  if not conversion then return convert_parts(value, path, done, depth) end
  local was_busy = busy
  busy = true
  local is_fine, made = pcall(conversion, value)
  busy = was_busy
  if not is_fine then refuse(path, 'the conversion of a ' .. kind_of(value) .. ' value failed: ' .. message_of(made)) end
  if made ~= nil then made = convert_parts(made, path, done, depth) end
  done[value] = made
  return made
end

-- A value with what conversions make of its parts; itself, if there are none to be applied.
function converted(value, path)
  return convert(value, path, {}, 0)
end

function converted_arguments(arguments, count, root)
  local copy = {}
  for index = 1, count do copy[index] = convert(arguments[index], below(root, index - 1), {}, 0) end
  return copy
end
