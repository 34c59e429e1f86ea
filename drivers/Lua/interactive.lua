-- What an interactive session asks Lua. It runs as a block of its own once a session asks.

-- Whether more lines are to come. To compile code runs none of it.
function _BOND_is_unfinished(code)
  local compile = loadstring or load
  if compile('return ' .. code) then return false end
  local compiled, message = compile(code)
  return not compiled and message:find("near '?<eof>'?$") ~= nil
end

-- What the last word of a line may be going to be: that word, and the names that begin with it. Tables are looked into without
-- their metamethods.
function _BOND_complete(before)
  local path, word = before:match('([%a_][%w_.]*[.:])([%w_]*)$')
  word = word or before:match('[%w_]*$')
  local holder = _G
  for part in (path or ''):gmatch('[%w_]+') do holder = type(holder) == 'table' and rawget(holder, part) or nil end
  local found, names = {}, {}
  local function add(name)
    if type(name) == 'string' and name:find('^[%a_][%w_]*$') and name:sub(1, #word) == word and not name:find('^_*BOND_') and not found[name]
      and (word ~= '' or not name:find('^_')) then
      found[name] = true
      names[#names + 1] = name
    end
  end
  local steps = 0
  while type(holder) == 'table' and steps < 20 do
    for name in next, holder do add(name) end
    local meta = debug.getmetatable(holder)
    holder, steps = type(meta) == 'table' and rawget(meta, '__index') or nil, steps + 1
  end
  if not path then
    local keywords = 'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'
    for keyword in keywords:gmatch('%l+') do add(keyword) end
  end
  table.sort(names)
  return { word, names }
end
