--: lazy
-- Enters what Lua closes: what has a metamethod `__close`, or else a method `close`, such as a file.

local type, error, rawget, pcall, setmetatable = type, error, rawget, pcall, setmetatable
local getmetatable = debug and debug.getmetatable or getmetatable

function bond_enter(value)
  local meta = type(value) ~= 'string' and getmetatable(value)
  local close = type(meta) == 'table' and rawget(meta, '__close')
  if not close then
    local is_fine, method = pcall(function() return value.close end)
    close = is_fine and method
    if not is_callable(close) then error('a ' .. kind_of(value) .. ' value cannot be entered: it has no __close and no method close', 0) end
    local own = close
    close = function(entered) return own(entered) end
  end
  return setmetatable({ value = value, close = close }, { __name = '_BOND_entered' })
end

function bond_exit(entered, thrown)
  entered.close(entered.value, thrown)
  return false
end
