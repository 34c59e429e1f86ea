--: lazy
-- Holds what cannot cross, and says in which places of a result, or of arguments, it was.

local type, next, pcall, error, tostring, rawequal, concat = type, next, pcall, error, tostring, rawequal, table.concat
local setmetatable, getmetatable = setmetatable, debug and debug.getmetatable or getmetatable
local DEEPEST_HELD = 300 -- what is nested deeper is held

KEPT = { __name = '_BOND_kept' } -- the metatable of what is held even if it could cross

function kept(value)
  return setmetatable({ value = value }, KEPT)
end

-- A list with the value, and what is held in the place of what cannot cross: paths, numbers, and what that is in words.
function encode_held(value)
  if converts then value = converted(value, 'value') end
  local is_fine, text = pcall(encode, value, 'value')
  if is_fine then return '[[' .. text .. ']]' end
  local plain, places = without_held_in({ value }, 1)
  return '[' .. plain .. ',' .. places .. ']'
end

-- A call of a function of the host, with objects of the host, or with handles of what cannot cross.
function encode_held_call(called, arguments, count, root, is_holding)
  local is_fine, text = pcall(encode, arguments, root, count)
  if is_fine then return '[' .. called .. ',' .. text .. ']' end
  if is_holding then
    local plain, places = without_held_in(arguments, count)
    return '[' .. called .. ',' .. plain .. ',' .. places .. ']'
  end
  local plain, places = without_live_in(arguments, count, text)
  return '[' .. called .. ',' .. plain .. ',[' .. concat(places, ',') .. ']]'
end

local function path_text(path)
  local steps = {}
  for index, step in next, path do steps[index] = type(step) == 'number' and encode(step) or quoted(step) end
  return '[' .. concat(steps, ',') .. ']'
end

local function longer(path, step)
  local copy = {}
  for index = 1, #path do copy[index] = path[index] end
  copy[#copy + 1] = step
  return copy
end

-- Whether the host can find the places of the items of a table again: 'list', 'keys', or false.
local function kind_of_places(value)
  local meta = getmetatable(value)
  if meta ~= nil and meta ~= OBJECT and meta ~= MAP then return false end
  local count, is_texts, is_numbers = 0, true, true
  for key in next, value do
    count = count + 1
    local kind = type(key)
    if kind == 'string' and not quoted(key) or kind ~= 'string' and kind ~= 'number' then return false end
    if kind == 'string' then is_numbers = false else is_texts = false end
    if kind == 'number' and key % 1 ~= 0 then return false end
  end
  if meta == nil and is_numbers and count == #value then return 'list' end
  return (is_texts or extended) and 'keys'
end

function without(value, path, parents, replace)
  local is_replaced, in_place = replace(value, path, false)
  if is_replaced then return in_place end
  if pcall(encode, value, 'value') then return value end
  local places = type(value) == 'table' and #path < DEEPEST_HELD and not parents[value] and kind_of_places(value)
  if not places then
    is_replaced, in_place = replace(value, path, true)
    return in_place
  end
  parents[value] = true
  local copy = setmetatable({}, places == 'keys' and (getmetatable(value) or OBJECT) or nil)
  for key, item in next, value do copy[key] = without(item, longer(path, places == 'list' and key - 1 or key), parents, replace) end
  parents[value] = nil
  return copy
end

-- The text of a list without what cannot cross, and of the places where that was. What is there twice is held once.
function without_held_in(values, count)
  local places, numbers = {}, {}
  local function replace(value, path, is_last)
    local is_kept = type(value) == 'table' and getmetatable(value) == KEPT
    local live = live_objects and type(value) == 'table' and live_objects[value]
    if not is_kept and not live and not is_last then return false end
    if is_kept then value = value.value end
    if live then
      places[#places + 1] = '[' .. path_text(path) .. ',-' .. tostring(live) .. ',"live"]'
    else
      numbers[value] = numbers[value] or keep(value)
      places[#places + 1] = '[' .. path_text(path) .. ',' .. tostring(numbers[value]) .. ',' .. quoted(kind_of(value)) .. ']'
    end
    return true, NULL
  end
  local plain = {}
  for index = 1, count do plain[index] = without(values[index], { index - 1 }, {}, replace) end
  local is_fine, text = pcall(encode, plain, 'value', count)
  if not is_fine then
    for _, number in next, numbers do release_held(number) end
    error(text, 0)
  end
  return text, '[' .. concat(places, ',') .. ']'
end

-- The same for objects of the host only; the error if there are none.
function without_live_in(values, count, refusal)
  local places = {}
  local function replace(value, path)
    local live = live_objects and type(value) == 'table' and live_objects[value]
    if not live then return false end
    places[#places + 1] = '[' .. path_text(path) .. ',-' .. tostring(live) .. ',"live"]'
    return true, NULL
  end
  local function replace_or_refuse(value, path, is_last)
    if is_last then return true, value end
    return replace(value, path)
  end
  local plain = {}
  for index = 1, count do plain[index] = without(values[index], { index - 1 }, {}, replace_or_refuse) end
  if not places[1] then error(refusal, 0) end
  return encode(plain, 'result', count), places
end

-- A result in which objects of the host may be.
function encode_with_live(value)
  local is_fine, text = pcall(encode, value)
  if is_fine then return text end
  local plain, places = without_live_in({ value }, 1, text)
  return '@[' .. plain .. ',[' .. concat(places, ',') .. ']]'
end
