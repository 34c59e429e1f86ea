--: lazy
-- Iterates for the host: over lists, other tables, functions, coroutines, and whatever `for` takes.

local type, next, error, pcall, rawget, select = type, next, error, pcall, rawget, select
local getmetatable = debug and debug.getmetatable or getmetatable
local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield
local close_coroutine = coroutine.close
local clock = os.clock

local iterators = {} -- by number: a function for the next item, one that closes, and what was thrown behind items that went before

local function metamethod(value, name)
  local meta = type(value) ~= 'string' and getmetatable(value)
  return type(meta) == 'table' and rawget(meta, name) or nil
end

-- One item of what an iterator returns: a list, if that is several values.
local function item_of(...)
  if select('#', ...) < 2 or select('#', ...) == 2 and select(2, ...) == nil then return (...) end
  local items = { ... }
  for index = 1, select('#', ...) do
    if items[index] == nil then items[index] = NULL end
  end
  return items
end

-- Goes on with an iterator as `for` does.
local function as_for(called, state, control)
  local function step(first, ...)
    control = first
    if first == nil then return false end
    return true, item_of(first, ...)
  end
  return function() return step(called(state, control)) end
end

local function over_list(list)
  local index = 0
  return function()
    index = index + 1
    local item = list[index]
    return item ~= nil, item
  end
end

local function over_coroutine(thread)
  local function step(is_fine, ...)
    if not is_fine then error((...), 0) end
    if status(thread) == 'dead' and (...) == nil then return false end
    return true, item_of(...)
  end
  return function()
    if status(thread) == 'dead' then return false end
    return step(resume(thread))
  end
end

function bond_iterate(value, state, control, closing)
  local kind, step = type(value), nil
  local meta = getmetatable(value)
  if kind == 'function' or metamethod(value, '__call') then
    step = as_for(value, state, control)
  elseif kind == 'thread' then
    step = over_coroutine(value)
  elseif metamethod(value, '__pairs') then
    step = as_for(metamethod(value, '__pairs')(value))
  elseif kind == 'table' and (#value > 0 or next(value) == nil or meta == SET) and meta ~= MAP then
    step = over_list(value)
  elseif kind == 'table' then
    step = as_for(next, value)
  else
    error('a ' .. kind_of(value) .. ' value cannot be iterated over', 0)
  end
  if closing == nil and metamethod(value, '__close') then closing = value end
  local function close(thrown)
    if closing ~= nil then metamethod(closing, '__close')(closing, thrown) end
    if kind == 'thread' and close_coroutine and status(value) ~= 'dead' then close_coroutine(value) end
  end
  local number = next_number()
  iterators[number] = { step, close }
  return number
end

-- The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds.
function bond_next(number, count)
  local iterator = iterators[number]
  local items, size, stop = {}, 0, nil
  if iterator[3] then
    iterators[number] = nil
    error(iterator[3][1], 0)
  end
  while size < count and (not stop or clock() < stop) do
    local is_fine, is_there, item = pcall(iterator[1])
    if not is_fine then
      iterator[2](is_there)
      if size == 0 then
        iterators[number] = nil
        error(is_there, 0)
      end
      iterator[3] = { is_there }
      break
    end
    if not is_there then
      iterators[number] = nil
      iterator[2]()
      return { items, true }
    end
    size = size + 1
    items[size] = item == nil and NULL or item
    stop = stop or clock() + 0.005
  end
  return { items, false }
end

-- Closes it, if it still exists.
function bond_leave(number)
  local iterator = iterators[number]
  iterators[number] = nil
  if iterator and not iterator[3] then iterator[2]() end
end
