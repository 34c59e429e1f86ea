--: lazy
-- Classes below one that is here, whose methods are functions of the host: tables, with the base behind them.

local type, next, error, rawget, rawset, find, sub, gmatch, match = type, next, error, rawget, rawset, string.find, string.sub, string.gmatch, string.match
local setmetatable, getmetatable = setmetatable, debug and debug.getmetatable or getmetatable

local bases = {} -- by the host's keys for the classes

local function named_class(name)
  local value = find(name, '^[%a_][%w_.]*$') and imported(name) or compile_code(name, 'extend', true)()
  return value
end

-- A function of the host as a method: the instance is held even if it could cross.
local function method_of(value, name)
  return function(instance, ...) return call_host(name, lent[value], true, kept(instance), ...) end
end

-- Puts the metamethods of the base into the class, because Lua looks for them in the metatable only.
local function inherit_metamethods(class, base)
  while type(base) == 'table' do
    for key, value in next, base do
      if type(key) == 'string' and find(key, '^__') and key ~= '__index' and key ~= '__newindex' and rawget(class, key) == nil then class[key] = value end
    end
    local meta = getmetatable(base)
    base = type(meta) == 'table' and rawget(meta, '__index')
  end
end

-- Reading and writing of properties that are functions of the host.
local function define_access(class, getters, setters)
  if next(getters) ~= nil then
    class.__index = function(instance, key)
      if getters[key] then return getters[key](instance) end
      return class[key]
    end
  end
  if next(setters) ~= nil then
    class.__newindex = function(instance, key, value)
      if setters[key] then return setters[key](instance, value) end
      rawset(instance, key, value)
    end
  end
end

local function define_new(class, base, constructor)
  if constructor then
    class.new = function(...)
      local instance = setmetatable({}, class)
      constructor(instance, ...)
      return instance
    end
    return
  end
  class.new = function(...)
    local instance = new_instance(base, ...)
    if type(instance) ~= 'table' then error('an instance of the base is a ' .. type(instance) .. ', which cannot be extended', 0) end
    return setmetatable(instance, class)
  end
end

-- Makes a class, and holds it.
function bond_extend(key, base, name, members)
  if type(base) == 'string' then base = named_class(base) end
  if type(base) ~= 'table' then error('a ' .. kind_of(base) .. ' value cannot be extended: it is no table', 0) end
  if rawequal(name, NULL) then name = nil end
  if name and not find(name, '^[%a_][%w_]*$') then error(quoted(in_words(name)) .. ' is not a valid name for a class', 0) end
  if name and G[name] ~= nil then error('the name ' .. name .. ' is taken: give the class another name', 0) end
  local class = setmetatable({ __name = name or 'Extended' .. (name_of_class(base) or '') }, { __index = base })
  class.__index = class
  local getters, setters, constructor = {}, {}, nil
  for _, member in next, members do
    local kind, own, value = member[1], member[2], member[3]
    if kind == 'get' then getters[own] = method_of(value, own)
    elseif kind == 'set' then setters[own] = method_of(value, own)
    elseif kind == 'value' then class[own] = value
    elseif own == 'constructor' or own == 'new' then constructor = method_of(value, own)
    else class[own] = method_of(value, own) end
  end
  inherit_metamethods(class, base)
  define_access(class, getters, setters)
  define_new(class, base, constructor)
  bases[key] = base
  if name then G[name] = class end
  return keep(class)
end

-- What is above a class, for an instance of it: its `constructor` gives the instance what an instance of the base has.
function bond_super(instance, key)
  local base = bases[key]
  return setmetatable({}, { __index = function(_, name)
    if name == 'constructor' or name == 'new' then
      return function(_, ...)
        for field, value in next, new_instance(base, ...) do rawset(instance, field, value) end
      end
    end
    local method = base[name]
    if method == nil then error("attempt to call a nil value (method '" .. name .. "')", 0) end
    return function(_, ...) return method(instance, ...) end
  end })
end
