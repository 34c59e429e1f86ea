--: lazy
-- Objects of the host as tables here: what is done with one is asked of the host, which checks what may be touched.

local type, next, error, tostring, rawequal, select, find, sub = type, next, error, tostring, rawequal, select, string.find, string.sub
local setmetatable = setmetatable

local identities = setmetatable({}, { __mode = 'v' })
local callable = setmetatable({}, { __mode = 'k' })

local function packed(...)
  local list = { ... }
  for index = 1, select('#', ...) do
    if list[index] == nil then list[index] = NULL end
  end
  return list
end

-- What was found, in a list of one; nothing if that is empty.
local function found_in(list)
  local value = list[1]
  if rawequal(value, NULL) then return nil end
  return value
end

-- A property: a method of the object, or else its value.
local function property(live, ask, name)
  if find(name, '^_') then return nil end
  local value = found_in(ask('get', name))
  if not callable[value or false] then return value end
  return function(first, ...)
    if rawequal(first, live) then return ask('invoke', name, packed(...)) end
    return value(first, ...)
  end
end

-- Goes through the items, or else the properties, as `pairs` does.
local function entries(live, ask, flags)
  if not find(flags, 'i', 1, true) then
    local names, index = ask('keys'), 0
    return function()
      index = index + 1
      local name = names[index]
      if name ~= nil then return name, live[name] end
    end
  end
  local step, index = ask('iterate'), 0
  local is_sequence = find(flags, 's', 1, true)
  return function()
    local item = step()
    index = index + 1
    if item == nil then return nil end
    if not is_sequence and type(item) == 'table' and #item == 2 then return item[1], item[2] end
    return index, item
  end
end

local function metatable_for(ask, flags, name)
  local is_sequence = find(flags, 's', 1, true)
  local function item_key(key) return is_sequence and type(key) == 'number' and key - 1 or key end
  local meta = {
    __name = name .. ' of the host',
    __index = function(live, key)
      if type(key) == 'string' then return property(live, ask, key) end
      if is_sequence and type(key) == 'number' and key < 1 then return nil end
      return found_in(ask('item', item_key(key)))
    end,
    __newindex = function(_, key, value)
      local what = type(key) == 'string' and (value == nil and 'delete' or 'set') or value == nil and 'deleteItem' or 'setItem'
      ask(what, item_key(key), { value })
    end,
    __tostring = function()
      return found_in(ask('text')) or name .. ' of the host'
    end,
    __pairs = function(live) return entries(live, ask, flags) end,
  }
  if find(flags, 'l', 1, true) then meta.__len = function() return ask('length') end end
  if find(flags, 'c', 1, true) then meta.__call = function(_, ...) return ask('call', NULL, packed(...)) end end
  return meta
end

-- An object that the host has lent by a function: the same as long as it is in use, whatever number it is lent by.
function bond_live(number, flags, name, identity)
  live_objects = live_objects or setmetatable({}, { __mode = 'k' })
  local ask = bond_callback(number, find(flags, 'h', 1, true) and 1 or 0) -- which is released if it is not needed
  local known = identities[identity]
  if known ~= nil then return known end
  local live = setmetatable({}, metatable_for(ask, flags, name))
  live_objects[live] = number
  identities[identity] = live
  if find(flags, 'c', 1, true) then callable[live] = true end
  return live
end
