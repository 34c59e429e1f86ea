--: lazy
-- What the host has lent, and what it holds here.

local type, tonumber, tostring, next, error, pcall, rawequal, rawget, select = type, tonumber, tostring, next, error, pcall, rawequal, rawget, select
local setmetatable, getmetatable = setmetatable, debug and debug.getmetatable or getmetatable
local match, sub, unpack, newproxy = string.match, string.sub, unpack, newproxy
local getlocal = debug and debug.getlocal

local held = {}
local last_number = 0 -- of what is held, and of iterators
local NOTHING = {}    -- stands for nil that is held
lent = setmetatable({}, { __mode = 'k' }) -- numbers of functions of the host

-- Puts what expressions refer to in their places. All values of the only argument are arguments, if that is asked for: how many there
-- are then is returned.
function put_references(references, values, named, takes_all)
  if takes_all and #references == 1 and #references[1][1] == 1 and type(references[1][2]) == 'string' then
    local function put_all(...)
      local count = select('#', ...)
      for index = 1, count do values[index] = (select(index, ...)) end
      return count
    end
    return put_all(referred(references[1][2]))
  end
  for index = 1, #references do
    local path, code = references[index][1], references[index][2]
    local place, first = values, 1
    if path[1] == 'kwargs' then place, first = named, 2 end
    for step = first, #path - 1 do place = place[in_place(place, path[step])] end
    local value = referred(code)
    if value == nil and #path > first then value = NULL end
    place[in_place(place, path[#path])] = value
  end
end

-- The key for a step of a path: lists begin with 1.
function in_place(place, step)
  return type(step) == 'number' and getmetatable(place) == nil and step + 1 or step
end

-- What code comes to, or a chain.
function referred(code)
  if type(code) == 'table' then return (follow(code[1], code[2], {})) end
  local number = match(code, '^_BOND_held%((%d+)%)$')
  if number then return bond_held(tonumber(number)) end
  return compile_code(code, 'ref', true)()
end

-- Something that calls a function when nothing refers to it any more.
function guard(release)
  if not newproxy then return setmetatable({}, { __gc = release }) end
  local proxy = newproxy(true)
  getmetatable(proxy).__gc = release
  return proxy
end

-- A function that the host has lent, by its number; when nothing refers to it any more, the host hears of it.
function bond_callback(number, is_holding)
  local guarded = guard(function() released[#released + 1] = tostring(number) end)
  local function callback(...)
    local _ = guarded
    return call_host('callback', number, is_holding == 1, ...)
  end
  lent[callback] = number
  return callback
end

-- An iterator over what the host hands out in batches.
function bond_stream(number)
  local take = bond_callback(number)
  local items, index, size, is_done = {}, 0, 1, false
  return function()
    index = index + 1
    while items[index] == nil do
      if is_done then
        take = nil
        return nil
      end
      local batch = take(size)
      items, is_done, index = batch[1], batch[2], 1
      size = size < 256 and 2 * size or 256
    end
    return items[index]
  end
end

function next_number()
  last_number = last_number + 1
  return last_number
end

function keep(value)
  local number = next_number()
  if value == nil then value = NOTHING end
  held[number] = value
  return number
end

function bond_hold(value)
  return keep(value)
end

function bond_held(number)
  local value = held[number]
  if value == nil then error('nothing is held under the number ' .. tostring(number), 0) end
  if rawequal(value, NOTHING) then return nil end
  return value
end

function release_held(number)
  held[tonumber(number)] = nil
end

function bond_get(holder, name)
  return holder[name]
end

function bond_set(holder, name, value)
  holder[name] = value
end

-- Whether the first parameter of a function is `self`, if that can be known.
local function has_self(method)
  local is_fine, name = pcall(getlocal, method, 1)
  return is_fine and name == 'self'
end

-- Whether a function in a table is a method, which gets the table: one that a class has, or one with a parameter `self`.
function is_method(holder, name, method)
  if type(holder) ~= 'table' or rawget(holder, name) == nil then return true end
  return type(method) == 'function' and has_self(method)
end

function bond_invoke(holder, name, ...)
  local method = holder[name]
  if method == nil then error("attempt to call a nil value (method '" .. tostring(name) .. "')", 0) end
  if is_method(holder, name, method) then return method(holder, ...) end
  return method(...)
end

-- Calls a value itself, or makes an instance of a class.
function bond_apply(value, ...)
  if type(value) == 'table' and not is_callable(value) then return new_instance(value, ...) end
  return value(...)
end

-- An instance of a class: what its `new` returns, or what a call of it returns.
function new_instance(class, ...)
  local new = type(class) == 'table' and class.new
  if new == nil or type(class) ~= 'table' then
    if is_callable(class) then return class(...) end
    error('a ' .. kind_of(class) .. ' value has no function new, and cannot be called', 0)
  end
  if has_self(new) then return new(class, ...) end
  return new(...)
end

function bond_hold_result(name, ...)
  if name == '_BOND_apply' then return keep((bond_apply(...))) end
  if name == '_BOND_invoke' then return keep((bond_invoke(...))) end
  local called, object, is_of_object = named_function(name)
  if is_of_object then return keep((called(object, ...))) end
  return keep((called(...)))
end

-- What a function throws, so that it can be held; nil if it throws nothing.
function bond_catch(called, ...)
  local is_fine, thrown = pcall(called, ...)
  if is_fine then return nil end
  return thrown
end

-- Throws again what was thrown here, since a function of the host has not caught it.
function bond_raise(thrown)
  error(thrown, 0)
end
