-- Tells the host of whatever is thrown, which may be any value, and trusts nothing that it says of itself.

local find, sub, gsub, tostring, type, pcall, xpcall, rawget = string.find, string.sub, string.gsub, tostring, type, pcall, xpcall, rawget
local setmetatable, getmetatable = setmetatable, debug and debug.getmetatable or getmetatable
local traceback = debug and debug.traceback or function() return '' end
local takes_arguments = not (_VERSION == 'Lua 5.1' and not jit) -- xpcall passes arguments on

local LONGEST_TEXT = 2 ^ 22 -- of a message, in bytes
local CAUGHT = {} -- the metatable of what is known of something thrown
local HOLDING = { CHAIN = true, EVAL_HOLD = true, CALL_HOLD = true, EVAL_BLOCK_HOLD = true }

busy = false -- whether code of your program runs

-- What is done where something is thrown, while its stack is still there.
function catch(thrown)
  busy = false
  if getmetatable(thrown) == CAUGHT then return thrown end
  local caught = { thrown = thrown }
  if type(thrown) ~= 'string' or not find(thrown, 'stack overflow', 1, true) then
    if not is_serialization_exception(thrown) then caught.frames = frames_here() end
  end
  caught.traceback = traceback('', 2)
  return setmetatable(caught, CAUGHT)
end

-- Carries out a request; returns the reply.
function attempt(verb, request, payload)
  local is_fine, reply
  if takes_arguments then
    is_fine, reply = xpcall(perform, catch, verb, request, payload)
  else
    is_fine, reply = xpcall(function() return perform(verb, request, payload) end, catch)
  end
  busy = false
  if is_fine then return reply end
  if getmetatable(reply) ~= CAUGHT then reply = { thrown = reply } end
  local is_told, text = pcall(report, request, reply, HOLDING[verb])
  if is_told then return text end
  is_told, text = pcall(message_of, reply.thrown) -- there may be too little room for more
  return 'EXCEPT ' .. request .. ' {"message":' .. (is_told and quoted(text) or '"an exception that cannot be described"') .. '}'
end

-- A text without its middle, if it is very long.
local function shortened(text)
  if #text <= LONGEST_TEXT then return text end
  local first, last = sub(text, 1, LONGEST_TEXT / 2), sub(text, -LONGEST_TEXT / 2)
  return gsub(first, '[\192-\255][\128-\191]*$', '') .. ' [...] ' .. gsub(last, '^[\128-\191]+', '')
end

-- The text of something thrown.
function message_of(thrown)
  return shortened(whole_message_of(thrown))
end

function whole_message_of(thrown)
  local kind = type(thrown)
  if kind == 'string' then return in_words((gsub(thrown, '^<bond driver: [%w-]+>:%d+: ', ''))) end
  if is_remote_exception(thrown) or is_serialization_exception(thrown) then return in_words(tostring(rawget(thrown, 'message'))) end
  if kind == 'table' or kind == 'userdata' then
    local meta = getmetatable(thrown)
    if type(meta) == 'table' and rawget(meta, '__tostring') then
      local is_fine, text = pcall(tostring, thrown)
      return is_fine and in_words(text) or '(' .. kind_of(thrown) .. ', whose text cannot be had)'
    end
    local is_fine, text = pcall(function() return thrown.message end)
    if is_fine and type(text) == 'string' then return in_words(text) end
    return '(error object is a ' .. kind_of(thrown) .. ' value)'
  end
  return tostring(thrown)
end

-- The reply for what was thrown.
function report(request, caught, is_held)
  local thrown = caught.thrown
  local message = message_of(thrown)
  if is_serialization_exception(thrown) then
    return 'ERROR ' .. request .. ' {"message":' .. quoted(message) .. ',"call":' .. tostring(rawget(thrown, '_BOND_call') or 'null') .. '}'
  end
  return describe(request, caught, message, is_held)
end

-- A request whose coroutine is gone, or has yielded to nobody.
function report_lost(request, is_fine, reason)
  busy = false
  local message = is_fine and 'attempt to yield from outside a coroutine' or message_of(reason)
  return 'EXCEPT ' .. request .. ' {"message":' .. quoted(message) .. '}'
end
