--: lazy
-- Does what the host wants done with an object, link by link.

local type, error, next, pcall, xpcall, gmatch, tostring, concat = type, error, next, pcall, xpcall, string.gmatch, tostring, table.concat
local rawequal = rawequal

function run_chain(given)
  local start, links = given[1], given[2]
  local progress = {}
  busy = true
  local is_fine, value = xpcall(function() return (follow(start, links, progress)) end, function(thrown)
    local caught = catch(thrown)
    caught.link = progress
    return caught
  end)
  if not is_fine then error(value, 0) end
  busy = false
  if links[1] then return encode_held(value) end
  return '[[null],[[[0],' .. tostring(keep(value)) .. ',' .. quoted(kind_of(value)) .. ']]]'
end

-- What a chain comes to, from code, or from what is imported. `progress` says where it is: the index of the link; then, while the
-- arguments of that are evaluated, that of the reference, and of the link in it.
function follow(start, links, progress)
  local own = #progress + 1
  local value
  if type(start) == 'string' then value = referred(start) else value = imported(start[2]) end
  for index = 1, #links do
    progress[own] = index - 1
    value = linked(value, links[index], progress)
  end
  progress[own] = nil
  return value
end

-- The arguments of a link, and how many they are.
local function arguments_of(link, progress)
  local arguments, references, named = link[3] or {}, link[4], link[5]
  local count = #arguments
  for index = 1, count do
    if rawequal(arguments[index], NULL) then arguments[index] = nil end
  end
  if references and not rawequal(references, NULL) then
    local own = #progress + 1
    for index = 1, #references do
      progress[own] = index - 1
      local code = references[index][2]
      if type(code) == 'table' then
        local value = follow(code[1], code[2], progress)
        put_value(references[index][1], arguments, named, value)
      else
        put_references({ references[index] }, arguments, named)
      end
    end
    progress[own] = nil
  end
  if named and not rawequal(named, NULL) and next(named) ~= nil then
    count = count + 1
    arguments[count] = named
  end
  return arguments, count
end

function put_value(path, values, named, value)
  local place, first = values, 1
  if path[1] == 'kwargs' then place, first = named, 2 end
  for step = first, #path - 1 do place = place[in_place(place, path[step])] end
  if value == nil and #path > first then value = NULL end
  place[in_place(place, path[#path])] = value
end

function linked(value, link, progress)
  local kind, name = link[1], link[2]
  if kind == 'get' then return bond_get(value, name) end
  local arguments, count = arguments_of(link, progress)
  if kind == 'item' then return value[arguments[1]] end
  if kind == 'invoke' then return bond_invoke(value, name, unpack(arguments, 1, count)) end
  if kind == 'new' then return new_instance(value, unpack(arguments, 1, count)) end
  return bond_apply(value, unpack(arguments, 1, count))
end

-- A global of that name, or one in a table, or else what `require` returns.
function imported(name)
  local value = G
  for part in gmatch(name, '[^.]+') do
    value = type(value) == 'table' and value[part] or nil
  end
  if value ~= nil then return value end
  return (G.require(name))
end
