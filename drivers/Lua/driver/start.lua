-- Agrees with the host, and says READY.

local match, tostring, tonumber = string.match, tostring, tonumber

-- The id of this process, which plain Lua does not tell.
function process_id()
  local file = io.open('/proc/self/stat')
  local id = file and file:read('*n')
  if file then file:close() end
  if id then return id end
  local shell = io.popen('echo $PPID', 'r')
  id = shell:read('*n')
  shell:close()
  return id
end

function start()
  local settings = read_json(match(io.stdin:read('*l'), '^OPEN (.*)$'))
  local protocol
  for _, name in ipairs(settings.protocols) do
    if not protocol and (name == 'EJSON' or name == 'JSON') then protocol = name end
  end
  extended = protocol == 'EJSON'
  transparent = settings.transExcept == true
  takes_parts = settings.parts == true
  takes_blocks = extended and settings.bytes == true
  local id = process_id()
  if settings.pid and settings.pid ~= id then stand_behind_relay(id) end
  open_streams(settings.mark)
  define_names()
  local version = jit and match(jit.version, '[%d.]+%S*') or match(_VERSION, '[%d.]+')
  say('READY {"protocol":' .. (protocol and quoted(protocol) or 'null') .. ',"version":"' .. version .. '","implementation":"' .. (jit and 'LuaJIT' or 'Lua')
    .. '","pid":' .. string.format('%d', id) .. ',"interrupt":null}')
  serve_outermost()
end

local NAMES = 'callback stream live hold held get set invoke apply hold_result catch iterate next leave convert load original extend super raise enter exit'

-- Names for code of the host, among the globals.
function define_names()
  rawset(G, '_BOND_null', NULL)
  rawset(G, '_BOND_RemoteException', RemoteException)
  rawset(G, '_BOND_SerializationException', SerializationException)
  rawset(G, '_BOND_object', function(table) return setmetatable(table or {}, OBJECT) end)
  rawset(G, '_BOND_map', function(table) return setmetatable(table or {}, MAP) end)
  rawset(G, '_BOND_set', function(table) return setmetatable(table or {}, SET) end)
  rawset(G, '_BOND_date', function(ms) return new_date(ms) end)
  for name in string.gmatch(NAMES, '%l+[_%l]*') do
    local own = 'bond_' .. name
    rawset(G, '_BOND_' .. name, function(...) return driver[own](...) end)
  end
end
