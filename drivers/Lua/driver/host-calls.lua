--: lazy
-- Functions of the host: makes them, and calls the host.

local select, tostring, type, error, pcall, setmetatable, rawget = select, tostring, type, error, pcall, setmetatable, rawget
local find, match, sub, gmatch = string.find, string.match, string.sub, string.gmatch

local calls = 0
local KEYWORDS = {}
for word in gmatch('and break do else elseif end false for function goto if in local nil not or repeat return then true until while', '%l+') do
  KEYWORDS[word] = true
end

-- Calls a function of the host: one that is exported, or one that is lent under a number.
function call_host(name, lent, is_holding, ...)
  if not busy then error(name .. '() is a function of the host: it cannot be called in the middle of an exchange with it', 0) end
  busy = false
  local is_fine, payload = pcall(encode_call, name, lent, is_holding, select('#', ...), ...)
  if not is_fine then
    busy = true
    error(payload, 0)
  end
  calls = calls + 1
  local frame = tostring(calls)
  local verb, answer = exchange(frame, 'CALL ' .. frame .. ' ' .. running .. ' ' .. payload)
  local value
  if verb == 'RETURN' then
    is_fine, value = pcall(decode, answer)
  else
    is_fine, value = pcall(told, verb, answer, calls)
  end
  busy = true
  if not is_fine then error(value, 0) end
  if rawequal(value, NULL) then return nil end
  return value
end

function encode_call(name, lent, is_holding, count, ...)
  local called = lent or quoted(name)
  local arguments = { ... }
  local root = name .. '(): args'
  if converts then arguments = converted_arguments(arguments, count, root) end
  if live_objects or is_holding then return encode_held_call(called, arguments, count, root, is_holding) end
  return '[' .. called .. ',' .. (count == 0 and '[]' or encode(arguments, root, count)) .. ']'
end

-- What the host has replied, if that is not simply a value.
function told(verb, answer, frame)
  local content = decode(answer)
  if verb == 'RETURN_WITH' then
    put_references(content[2], content[1])
    return content[1][1]
  end
  local data = content.data
  if data == nil then data = content.message elseif rawequal(data, NULL) then data = nil end
  local thrown = { message = content.message, _BOND_call = frame }
  if verb == 'ERROR' then error(setmetatable(thrown, SerializationException), 0) end
  thrown.data, thrown.type, thrown.stack = data, plain(content.type), plain(content.stack)
  error(setmetatable(thrown, RemoteException), 0)
end

function plain(value)
  if rawequal(value, NULL) then return nil end
  return value
end

-- Defines a function that calls the host: a global, or `name` in a table `a.b`; `a:name` is the same.
function export(name, is_holding)
  local place, own = match(name, '^([%a_][%w_.]*)[.:]([%a_][%w_]*)$')
  own = own or match(name, '^[%a_][%w_]*$')
  if not own or KEYWORDS[own] or find(name, '[%z\n]') then error(quoted(in_words(name)) .. ' is not a valid name for a function', 0) end
  local holder = G
  if place then
    for part in gmatch(place .. '.', '([^.]*)%.') do
      if KEYWORDS[part] or not find(part, '^[%a_]') then error(quoted(name) .. ' is not a valid name for a function', 0) end
      holder = holder[part]
      if type(holder) ~= 'table' then error('there is no table ' .. place .. ' for the function ' .. name, 0) end
    end
  end
  holder[own] = function(...) return call_host(name, nil, is_holding, ...) end
end
