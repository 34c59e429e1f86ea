-- What all encodings need: what kinds of tables there are, and errors that say where in a value they are.

local find, sub, match = string.find, string.sub, string.match
local getmetatable = debug and debug.getmetatable or getmetatable
local setmetatable, type, tostring, rawget, concat, error, pcall = setmetatable, type, tostring, rawget, table.concat, error, pcall

-- What lazy files set once there is something: it is asked for by each request.
converts, parts, live_objects, blocks = false, false, false, false

-- Metatables of what has come from the host, so that it returns as it went.
OBJECT = { __name = '_BOND_object' }
MAP = { __name = '_BOND_map' }
SET = { __name = '_BOND_set' }
DATE = { __name = '_BOND_date' }

-- What stands for null inside of tables, which cannot have nil in them.
NULL = setmetatable({}, { __name = '_BOND_null', __tostring = function() return 'null' end })

-- The deepest that values may be nested.
DEEPEST = 500

-- Errors of the driver, which your program may catch.
function class_of_errors(name)
  local class = { __name = name }
  class.__tostring = function(thrown) return thrown.message end
  class.__concat = function(a, b) return tostring(a) .. tostring(b) end
  return class
end

-- A value cannot cross to the host, or from it. What a function of the host has thrown.
SerializationException = class_of_errors('_BOND_SerializationException')
RemoteException = class_of_errors('_BOND_RemoteException')

function is_serialization_exception(value)
  return getmetatable(value) == SerializationException
end

function is_remote_exception(value)
  return getmetatable(value) == RemoteException
end

function refuse(path, reason)
  error(setmetatable({ message = path .. ': ' .. reason }, SerializationException), 0)
end

-- The path of what a key leads to.
function below(path, key)
  if type(key) == 'number' then return path .. '[' .. tostring(key) .. ']' end
  if type(key) ~= 'string' then return path .. '[' .. type(key) .. ']' end
  if find(key, '^[%a_][%w_]*$') then return path .. '.' .. key end
  return path .. '[' .. (quoted(key) or quoted(in_words(key))) .. ']'
end

-- What kind of value this is, in words: the name that a class gives itself, or the name of the type.
function kind_of(value)
  local kind = type(value)
  local meta = kind ~= 'string' and getmetatable(value)
  local name = type(meta) == 'table' and rawget(meta, '__name')
  if type(name) == 'string' then return in_words(name) end
  if name == nil and meta then name = name_of_class(meta) end
  return name or kind
end

-- The name of a class among the globals of your program.
function name_of_class(class)
  local index = rawget(class, '__index')
  for name, value in next, G do
    if type(name) == 'string' and type(value) == 'table' and (value == class or value == index) and value ~= G then return name end
  end
end
