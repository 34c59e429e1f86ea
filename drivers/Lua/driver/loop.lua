-- Frames: takes messages, sets them aside, runs requests, and replies. Each request is a coroutine. Code that calls the host yields to
-- the loop here, which goes on with the messages of that frame: so calls may nest as deeply as memory allows.

local create, resume, yield, running_coroutine = coroutine.create, coroutine.resume, coroutine.yield, coroutine.running
local isyieldable = coroutine.isyieldable
local remove, pcall = table.remove, pcall

local CALL, DONE = {}, {} -- why a coroutine of a request has yielded
local MOST_NESTED = isyieldable and 150 or 190 -- loops inside of others: each of them is on the C stack
local ROOM = isyieldable and 40 or 8 -- levels of C that have to be left
local aside = {}           -- messages for other frames, by frame
local idle                 -- a coroutine that has carried out its request
local current              -- the coroutine of the request that is running
local nested = 0
local is_leaving = false

running = '0' -- the request that is running

-- The next message for a frame: verb, request, payload. What belongs to another one waits until it is its turn.
local function take(frame)
  local waiting = aside[frame]
  if waiting then
    local message = remove(waiting, 1)
    if not waiting[1] then aside[frame] = nil end
    return message[1], message[2], message[3]
  end
  while true do
    local verb, target, request, payload = next_message()
    if target == frame and verb ~= 'END' then return verb, request, payload end
    if verb == nil or verb == 'END' then return 'END' end
    if verb == 'RELEASE' then
      release_held(request)
    elseif target ~= '-' then
      local messages = aside[target]
      if not messages then
        messages = {}
        aside[target] = messages
      end
      messages[#messages + 1] = { verb, request, payload }
    end
  end
end

-- What a coroutine does: it carries out one request after the other.
local function work(verb, request, payload)
  while true do
    verb, request, payload = yield(DONE, attempt(verb, request, payload))
  end
end

local REPLIES = { RETURN = true, EXCEPT = true, ERROR = true, RETURN_WITH = true, END = true }

-- Carries out what the host asks for in a frame, until it replies to the call that opened the frame.
local function serve(frame)
  local outer_running, outer_current = running, current
  local waiting, depth = {}, 0 -- for each call of the host that waits here: the coroutine, its frame and its request
  while true do
    local verb, request, payload = take(frame)
    local worker, is_fine, reason, content, opening
    if REPLIES[verb] then
      aside[frame] = nil
      if depth == 0 or verb == 'END' then
        running, current = outer_running, outer_current
        return verb, payload
      end
      local call = waiting[depth]
      waiting[depth] = nil
      depth = depth - 1
      worker, frame, running = call[1], call[2], call[3]
      current = worker
      is_fine, reason, content, opening = resume(worker, verb, payload)
    elseif verb == 'PART' then
      take_part(request, payload)
    elseif not isyieldable then -- Lua 5.1: a coroutine would only take room on the C stack
      running = request
      say(attempt(verb, request, payload))
    else
      worker = idle or create(work)
      idle, current, running = nil, worker, request
      is_fine, reason, content, opening = resume(worker, verb, request, payload)
    end
    if reason == DONE then
      idle = worker
      say(content)
    elseif reason == CALL then
      depth = depth + 1
      waiting[depth] = { worker, frame, running }
      frame = content
      say(opening)
    elseif worker then
      say(report_lost(running, is_fine, reason, worker))
    end
  end
end

-- Sends a call of the host, and waits for the reply.
function exchange(frame, opening)
  if isyieldable and running_coroutine() == current and isyieldable() then return yield(CALL, frame, opening) end
  -- In the middle of a C function, such as `table.sort`, or in a coroutine of your program.
  busy = true
  need_room()
  nested = nested + 1
  local kept_current, kept_running = current, running
  busy = false
  say(opening)
  local verb, payload = serve(frame)
  nested, current, running = nested - 1, kept_current, kept_running
  if verb == 'END' then os.exit(0, true) end
  return verb, payload
end

local function has_room(levels)
  if levels == 0 then return true end
  local is_fine, below = pcall(has_room, levels - 1)
  return is_fine and below
end

-- Throws now, while the conversation is in step, rather than in the middle of an exchange.
function need_room()
  if nested >= MOST_NESTED or not has_room(ROOM) then error('stack overflow: calls of the host are nested too deep', 0) end
end

-- Until the host closes the bond.
function serve_outermost()
  serve('0')
end
