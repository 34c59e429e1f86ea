-- Carries out what the host asks for.

local find, match, gmatch, rep, byte = string.find, string.match, string.gmatch, string.rep, string.byte
local type, error, pcall, unpack, tostring, tonumber, rawget = type, error, pcall, unpack, tostring, tonumber, rawget
local getmetatable = debug and debug.getmetatable or getmetatable
local compile, encode, decode, G, NULL = compile, encode, decode, G, NULL
local next, rawequal = next, rawequal
local select = select

-- A function of code, which may come with the file and line where it is. An expression may be code of statements, and the other way
-- round.
function compile_code(code, kind, is_expression)
  local name = '=(' .. kind .. ')'
  if type(code) == 'table' then
    name = '@' .. code[2]
    code = rep('\n', code[3] - 1) .. code[1]
  end
  local first, second = code, 'return ' .. code
  if is_expression then first, second = second, first end
  local compiled, message = compile(first, name)
  compiled = compiled or compile(second, name)
  if not compiled then error(message, 0) end
  return compiled
end

-- A reply with a value.
local function reply(request, value)
  if converts then value = converted(value, 'result') end
  if takes_parts and not live_objects and is_long(value) then return 'RETURN ' .. request .. ' ' .. say_parts(request, value) end
  if live_objects then return 'RETURN ' .. request .. ' ' .. encode_with_live(value) end
  return 'RETURN ' .. request .. ' ' .. encode(value)
end

function is_long(value)
  local kind = type(value)
  if kind == 'table' then return #value > 1024 and getmetatable(value) == nil end
  return kind == 'string' and #value > 262144 and is_text(value)
end

-- Whether a value can be called.
function is_callable(value)
  if type(value) == 'function' then return true end
  local meta = type(value) ~= 'string' and getmetatable(value)
  return type(meta) == 'table' and rawget(meta, '__call') ~= nil
end

-- What stands in front of a list of arguments: a function, and what comes before the arguments, if it is a method.
function named_function(name)
  local value = G[name]
  if type(value) == 'function' then return value end
  if value == nil and not find(name, '^[%a_][%w_]*$') then
    local path, method = match(name, '^(.-)%s*:%s*([%a_][%w_]*)%s*$')
    if method and compile('return ' .. path, '=(call)') then
      local object = compile('return ' .. path, '=(call)')()
      return object[method] or error("attempt to call a nil value (method '" .. method .. "')", 0), object, true
    end
    value = compile_code(name, 'call', true)()
  end
  if not is_callable(value) then error('attempt to call a ' .. type(value) .. ' value (' .. in_words(name) .. ')', 0) end
  return value
end

-- The name and the arguments of most calls: short texts and integers only, and one at least. The reader of JSON takes longer. Nothing
-- for others.
local function simple_call(payload)
  local name, position = match(payload, '^%["([%w_.:]+)",%[()')
  if not name or #payload > 1000 then return nil end
  local arguments, count = {}, 0
  while true do
    local item, after = match(payload, '^(-?%d+)()', position)
    if item then
      item = #item <= 15 and tonumber(item)
    else
      item, after = match(payload, '^"([^"\\]*)"()', position)
    end
    if not item then return nil end
    count = count + 1
    arguments[count] = item
    local letter = byte(payload, after)
    if letter == 93 then
      if after + 1 == #payload and byte(payload, after + 1) == 93 then return name, arguments, count end
      return nil
    end
    if letter ~= 44 then return nil end
    position = after + 1
  end
end

-- The same for any call, whose arguments may have null instead of nil; then references and named arguments.
local function read_call(payload)
  local given = decode(payload)
  local arguments = given[2]
  local count = #arguments
  for index = 1, count do
    if rawequal(arguments[index], NULL) then arguments[index] = nil end
  end
  return given[1], arguments, count, given[3], given[4]
end

-- The first result of a call.
local function call(payload)
  local name, arguments, count, references, named = simple_call(payload)
  if not name then name, arguments, count, references, named = read_call(payload) end
  if parts then count = add_parts(running, arguments, count) end
  busy = true
  if references ~= nil and references[1] then count = put_references(references, arguments, named, name == '_BOND_iterate') or count end
  if named ~= nil and next(named) ~= nil then
    count = count + 1
    arguments[count] = named
  end
  local called, object, is_method = named_function(name)
  local value
  if is_method then
    value = called(object, unpack(arguments, 1, count))
  else
    value = called(unpack(arguments, 1, count))
  end
  busy = false
  return value
end

local function eval(payload)
  local code = decode(payload)
  busy = true
  local value = compile_code(code, 'eval', true)()
  busy = false
  return value
end

local function eval_block(payload)
  local code = decode(payload)
  busy = true
  compile_code(code, 'evalBlock')()
  busy = false
end

local PERFORM = {
  CALL = function(request, payload) return reply(request, call(payload)) end,
  EVAL = function(request, payload) return reply(request, eval(payload)) end,
  EVAL_BLOCK = function(request, payload)
    eval_block(payload)
    return 'RETURN ' .. request .. ' '
  end,
  EXPORT = function(request, payload)
    local given = decode(payload)
    busy = true
    if type(given) == 'table' then export(given[1], given[2]) else export(given) end
    return 'RETURN ' .. request .. ' '
  end,
  CALL_HOLD = function(request, payload) return 'RETURN ' .. request .. ' ' .. encode_held(call(payload)) end,
  EVAL_HOLD = function(request, payload) return 'RETURN ' .. request .. ' ' .. encode_held(eval(payload)) end,
  EVAL_BLOCK_HOLD = function(request, payload)
    eval_block(payload)
    return 'RETURN ' .. request .. ' '
  end,
  CHAIN = function(request, payload) return 'RETURN ' .. request .. ' ' .. run_chain(decode(payload)) end,
}

function perform(verb, request, payload)
  return (PERFORM[verb] or error('there is no request ' .. verb, 0))(request, payload)
end
