--: lazy
-- Describes what was thrown: its classes, its traceback, and the frames that it has passed.

local find, gmatch, gsub, sub, match, format = string.find, string.gmatch, string.gsub, string.sub, string.match, string.format
local next, type, tostring, rawget, concat, pcall = next, type, tostring, rawget, table.concat, pcall
local getinfo = debug and debug.getinfo
local getmetatable = debug and debug.getmetatable or getmetatable
local MOST_FRAMES = 100 -- that are told of, half of them from each end
local LONGEST_TEXT = 2 ^ 22

-- The names of functions: of globals, and of what is in global tables.
local function names_of_functions()
  local names = {}
  for name, value in next, G do
    if type(value) == 'table' and value ~= G and type(name) == 'string' then
      for key, item in next, value do
        if type(item) == 'function' and type(key) == 'string' then names[item] = name .. '.' .. key end
      end
    end
  end
  for name, value in next, G do
    if type(value) == 'function' and type(name) == 'string' then names[value] = name end
  end
  return names
end

local function name_of_frame(info, names)
  local known = names[info.func]
  if known then return in_words(known) end
  if info.what == 'main' then return 'main chunk' end
  if info.name and info.namewhat ~= 'local' then return in_words(info.name) end
  return info.name and in_words(info.name) or 'function'
end

-- Where code is, from here outwards, without the frames of the driver: the JSON of a list of names, files and lines.
function frames_here()
  if not getinfo then return nil end
  local frames, names = {}, names_of_functions()
  local level = 3
  while true do
    local info = getinfo(level, 'nSlf')
    if not info then break end
    if info.what ~= 'C' and sub(info.source, 1, 13) ~= '=<bond driver' and info.currentline >= 0 then
      local source = info.source
      local first = sub(source, 1, 1)
      source = (first == '@' or first == '=') and sub(source, 2) or info.short_src
      frames[#frames + 1] = format('[%s,%s,%d]', quoted(name_of_frame(info, names)), quoted(in_words(source)), info.currentline)
    end
    level = level + 1
  end
  return shortened(frames)
end

-- The first and the last of many frames, and how many are left out between them.
function shortened(frames)
  local half = MOST_FRAMES / 2
  if #frames <= MOST_FRAMES then return concat(frames, ',') end
  local kept = {}
  for index = 1, half do kept[index] = frames[index] end
  kept[half + 1] = tostring(#frames - MOST_FRAMES)
  for index = #frames - half + 1, #frames do kept[#kept + 1] = frames[index] end
  return concat(kept, ',')
end

-- The traceback of Lua, without the frames of the driver.
local function traceback_of(message, text)
  local lines = {}
  for line in gmatch(in_words(text), '[^\n]+') do
    if not find(line, '<bond driver', 1, true) and not find(line, "^\t%[C%]: in function 'xpcall'") then lines[#lines + 1] = line end
  end
  while lines[#lines] == '\t[C]: in ?' do lines[#lines] = nil end
  local whole = message .. '\n' .. concat(lines, '\n') .. '\n'
  if #whole <= LONGEST_TEXT then return whole end
  return in_words(sub(whole, 1, LONGEST_TEXT / 2)) .. ' [...] ' .. in_words(sub(whole, -LONGEST_TEXT / 2))
end

-- The names of the classes of a value, the nearest first.
function names_of_classes(value)
  local names = {}
  local meta = type(value) ~= 'string' and getmetatable(value)
  while type(meta) == 'table' and #names < 50 do
    local name = rawget(meta, '__name')
    if type(name) ~= 'string' then name = name_of_class(meta) end
    if name and names[#names] ~= name then names[#names + 1] = in_words(name) end
    local index = rawget(meta, '__index')
    local above = type(index) == 'table' and getmetatable(index)
    meta = above ~= meta and above or nil
  end
  return names
end

function describe(request, caught, message, is_held)
  local thrown = caught.thrown
  local parts = { '"message":' .. quoted(message) }
  local is_remote = is_remote_exception(thrown)
  local kind = is_remote and rawget(thrown, 'type')
  local classes = not is_remote and type(thrown) == 'table' and names_of_classes(thrown) or {}
  kind = type(kind) == 'string' and kind or classes[1]
  if kind then parts[#parts + 1] = '"type":' .. quoted(in_words(kind)) end
  if classes[1] then parts[#parts + 1] = '"types":' .. encode(classes) end
  if caught.traceback then parts[#parts + 1] = '"traceback":' .. quoted(traceback_of(message, caught.traceback)) end
  if caught.frames and caught.frames ~= '' then parts[#parts + 1] = '"frames":[' .. caught.frames .. ']' end
  parts[#parts + 1] = '"call":' .. tostring(is_remote and rawget(thrown, '_BOND_call') or 'null')
  if caught.link and caught.link[1] then parts[#parts + 1] = '"link":' .. encode(caught.link) end
  if transparent then
    local is_fine, data = pcall(encode_thrown, is_remote and rawget(thrown, 'data') or not is_remote and thrown or nil)
    if not is_fine then
      return 'ERROR ' .. request .. ' {"message":' .. quoted(message_of(data) .. ' (transExcept); it says: ' .. message) .. ',"call":null}'
    end
    parts[#parts + 1] = '"data":' .. data
  end
  if is_held then parts[#parts + 1] = '"exception":[' .. keep(thrown) .. ',' .. quoted(kind_of(thrown)) .. ']' end
  return 'EXCEPT ' .. request .. ' {' .. concat(parts, ',') .. '}'
end

function encode_thrown(thrown)
  return encode(converts and converted(thrown, 'exception') or thrown, 'exception')
end
