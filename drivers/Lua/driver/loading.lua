--: lazy
-- Runs files as programs, and puts functions of the host in the place of some of theirs, as soon as these are defined.

local type, next, error, pcall, rawget, rawset, find, match, gmatch = type, next, error, pcall, rawget, rawset, string.find, string.match, string.gmatch
local setmetatable, getmetatable, loadfile, sort = setmetatable, debug and debug.getmetatable or getmetatable, loadfile, table.sort
local sethook, getinfo = debug and debug.sethook, debug and debug.getinfo

local originals = {} -- by name, what has been replaced last

-- The table of `place` in a name such as `place.own`: a global one, or what `require` has returned for it.
local function table_of(place)
  local value = G
  for part in gmatch(place, '[^.]+') do value = type(value) == 'table' and rawget(value, part) or nil end
  if type(value) == 'table' then return value end
  value = rawget(G.package.loaded, place)
  return type(value) == 'table' and value or nil
end

local function parts_of(name)
  local place, separator, own = match(name, '^(.-)([.:]?)([%a_][%w_]*)$')
  if not own or find(place, '[^%w_.]') then error(quoted(in_words(name)) .. ' is not a name of a function', 0) end
  return place ~= '' and place or nil, separator, own
end

-- What stands in the place of a function.
local function stand_in(name, replacement, separator)
  if separator == ':' then
    return function(instance, ...) return call_host(name, lent[replacement], true, kept(instance), ...) end
  end
  return function(...) return call_host(name, lent[replacement], true, ...) end
end

-- Replaces what is there, and is not replaced yet.
local function look(wanted)
  for name, want in next, wanted do
    local holder = want.place and table_of(want.place) or not want.place and G
    local value = holder and rawget(holder, want.own)
    if type(value) == 'function' and value ~= want.stub and value ~= want.before then
      originals[name], want.is_done = value, true
      rawset(holder, want.own, want.stub)
    end
  end
end

-- Runs code; what is wanted is replaced when it is assigned to a global, or else before the next line.
local function watch(wanted, run)
  local meta = getmetatable(G)
  local assign = meta and rawget(meta, '__newindex')
  local watching = meta or {}
  watching.__newindex = function(globals, name, value)
    if type(assign) == 'function' then assign(globals, name, value) else rawset(type(assign) == 'table' and assign or globals, name, value) end
    local want = wanted[name]
    if want and not want.place then look({ [name] = want }) end
  end
  if not meta then debug.setmetatable(G, watching) end
  if sethook then sethook(function() look(wanted) end, 'l') end
  local is_fine, thrown = pcall(run)
  if sethook then sethook() end
  if meta then watching.__newindex = assign else debug.setmetatable(G, nil) end
  look(wanted)
  if not is_fine then error(thrown, 0) end
end

-- The names of the functions that a file defines.
local function known_in(path)
  local names = {}
  local function add(prefix, holder)
    for name, value in next, holder do
      if type(value) == 'function' and type(name) == 'string' and getinfo(value, 'S').source == '@' .. path then names[#names + 1] = prefix .. name end
    end
  end
  add('', G)
  for name, value in next, G do
    if type(value) == 'table' and type(name) == 'string' and value ~= G then add(name .. '.', value) end
  end
  sort(names)
  return names
end

-- The arguments behind `--`, as `arg` has them when a file runs.
local function arguments_for(path)
  local given, own = rawget(G, 'arg'), { [0] = path }
  if type(given) == 'table' then
    for index = 1, #given do own[index] = given[index] end
  end
  return own
end

-- Runs a file; returns the names of those that nothing has defined, and of what could have been meant.
function bond_load(path, replacements)
  local program, message = loadfile(path)
  if not program then error(message, 0) end
  local wanted = {}
  for index = 1, #replacements do
    local name, replacement = replacements[index][1], replacements[index][2]
    local place, separator, own = parts_of(name)
    local before = not place and rawget(G, own) or nil
    wanted[name] = { place = place, own = own, before = before, stub = stand_in(name, replacement, separator) }
  end
  local arguments = arguments_for(path)
  rawset(G, 'arg', arguments)
  local function run() program(unpack(arguments)) end
  if next(wanted) == nil then
    run()
    return { {}, {} }
  end
  watch(wanted, run)
  local missing = {}
  for name, want in next, wanted do
    if not want.is_done then missing[#missing + 1] = name end
  end
  return { missing, missing[1] and getinfo and known_in(path) or {} }
end

-- Calls what has been replaced by that name.
function bond_original(name, ...)
  local original = originals[name] or error('nothing has been replaced by the name ' .. name, 0)
  return original(...)
end
