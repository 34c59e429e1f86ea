-- Runs and shows what is typed in a session of the command `bond`. It is sent when a session begins.

local typed -- the values, and how many they are; nothing if nothing is shown

-- Runs what was typed. Its values are kept for `_BOND_show`.
function _BOND_run(code)
  typed = nil
  local compile = loadstring or load
  local run, message = compile('return ' .. code, '=(evalBlock)')
  if not run then run, message = compile(code, '=(evalBlock)') end
  if not run then error(message, 0) end
  local function keep(...)
    typed = { n = select('#', ...), ... }
  end
  keep(run())
  if typed.n == 0 or typed.n == 1 and typed[1] == nil then typed = nil end
end

local KEYWORDS = {}
for word in ('and break do else elseif end false for function goto if in local nil not or repeat return then true until while'):gmatch('%l+') do
  KEYWORDS[word] = true
end

local shown_value

-- The keys of a table in order: numbers, then texts, then others.
local function sorted_keys(value)
  local keys = {}
  for key in next, value do keys[#keys + 1] = key end
  local rank = { number = 1, string = 2 }
  table.sort(keys, function(a, b)
    local first, second = rank[type(a)] or 3, rank[type(b)] or 3
    if first ~= second then return first < second end
    if first == 3 then return tostring(a) < tostring(b) end
    return a < b
  end)
  return keys
end

local function shown_entries(value, parents, depth)
  local entries, size = {}, #value
  for _, key in ipairs(sorted_keys(value)) do
    local is_item = type(key) == 'number' and key % 1 == 0 and key >= 1 and key <= size
    local is_name = type(key) == 'string' and key:find('^[%a_][%w_]*$') and not KEYWORDS[key]
    local name = is_item and '' or is_name and key .. ' = ' or '[' .. shown_value(key, parents, depth) .. '] = '
    entries[#entries + 1] = name .. shown_value(value[key], parents, depth)
  end
  return entries
end

function shown_value(value, parents, depth)
  if type(value) == 'string' then return (('%q'):format(value):gsub('\\\n', '\\n')) end
  local meta = type(value) == 'table' and debug.getmetatable(value)
  local is_plain = type(value) == 'table' and (not meta or not rawget(meta, '__tostring') and tostring(rawget(meta, '__name')):find('^_BOND_'))
  if not is_plain or parents[value] or depth > 6 then return tostring(value) end
  parents[value] = true
  local entries = shown_entries(value, parents, depth + 1)
  parents[value] = nil
  local line = #entries == 0 and '{}' or '{ ' .. table.concat(entries, ', ') .. ' }'
  local indent = ('  '):rep(depth)
  return #line + #indent <= 100 and line or '{\n' .. indent .. '  ' .. table.concat(entries, ',\n' .. indent .. '  ') .. '\n' .. indent .. '}'
end

-- How Lua shows the values: as text, and what is left out of it.
function _BOND_show(_, most_text)
  if not typed then return nil end
  local texts = {}
  for index = 1, typed.n do texts[index] = shown_value(typed[index], {}, 0) end
  typed = nil
  local text = table.concat(texts, '\t'):gsub('[\128-\255]+', function(bytes)
    return utf8 and utf8.len(bytes) and bytes or not utf8 and bytes or bytes:gsub('.', function(byte) return ('\\%d'):format(byte:byte()) end)
  end)
  return { 'text', text:sub(1, most_text), math.max(#text - most_text, 0) }
end
