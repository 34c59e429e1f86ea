-- What there is in a file or a module: functions, their parameters, and what LuaLS's comments in front of them say
-- (`---@param name type`, `---@return type`). It is loaded, which runs it.

local TYPES = {
  string = 'string', number = 'number', integer = 'number', boolean = 'boolean', ['nil'] = 'null', any = 'unknown', table = 'Opaque',
  ['function'] = 'Function', ['true'] = 'true', ['false'] = 'false',
}

local function type_of(text)
  local types = {}
  for part in text:gmatch('[^|]+') do
    local name, rest = part:match('^%s*([%w_]+)(.-)%s*$')
    local known = name and (TYPES[name] or 'Opaque') or 'unknown'
    if name == 'fun' then known = 'Function' end
    for _ in (rest or ''):gmatch('%[%]') do known = 'Array<' .. known .. '>' end
    types[#types + 1] = known
    if rest and rest:find('%?$') then types[#types + 1] = 'null' end
  end
  return table.concat(types, ' | ')
end

local files = {}

local function lines_of(path)
  if files[path] then return files[path] end
  local lines = {}
  for line in io.lines(path) do lines[#lines + 1] = line end
  files[path] = lines
  return lines
end

-- What the comment in front of a function says: words, types of parameters, which of them are optional, and the type of its result.
local function comment_of(info)
  local path = info.source:match('^@(.*)')
  local doc, types, optional, returns = {}, {}, {}, ''
  local lines = path and lines_of(path) or {}
  local first = info.linedefined
  while first > 1 and (lines[first - 1] or ''):find('^%s*%-%-') do first = first - 1 end
  for number = first, info.linedefined - 1 do
    local text = lines[number]:match('^%s*%-%-%-*%s?(.*)$')
    local name, mark, kind = text:match('^@param%s+([%w_]+)(%??)%s+(.*)$')
    local result = text:match('^@return%s+(%S+)')
    if name then
      types[name], optional[name] = type_of(kind:match('^fun') or kind:match('^%S+')), mark == '?'
    elseif result then
      returns = returns == '' and type_of(result) or returns
    elseif not text:find('^@') then
      doc[#doc + 1] = text
    end
  end
  return table.concat(doc, '\n'), types, optional, returns
end

local function described(name, value, is_method)
  local info = debug.getinfo(value, 'Su')
  local doc, types, optional, returns = comment_of(info)
  local parameters = {}
  for index = is_method and 2 or 1, info.nparams or 0 do
    local own = debug.getlocal(value, index)
    parameters[#parameters + 1] =
      { name = own, type = types[own] or '', kind = optional[own] and 'optional' or 'plain', note = '', isPositional = true }
  end
  if info.isvararg then parameters[#parameters + 1] = { name = 'args', type = '', kind = 'rest', note = '' } end
  local are_known = info.nparams and info.what ~= 'C'
  return { name = name, doc = doc, parameters = are_known and parameters or _BOND_null, returns = returns, takesNames = false }
end

local function sorted(holder)
  local names = {}
  for name, value in next, holder do
    if type(name) == 'string' and name:find('^%a[%w_]*$') then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function has_self(value)
  local is_fine, name = pcall(debug.getlocal, value, 1)
  return is_fine and name == 'self'
end

-- A table with methods is a class; the functions of any other are described by their paths.
local function describe_table(name, holder, functions, classes)
  local methods, new = {}, nil
  for _, own in ipairs(sorted(holder)) do
    local value = holder[own]
    if type(value) == 'function' and has_self(value) and own ~= 'new' then
      methods[#methods + 1] = described(own, value, true)
    elseif type(value) == 'function' then
      functions[#functions + 1] = described(name .. (has_self(value) and ':' or '.') .. own, value, has_self(value))
      if own == 'new' then new = value end
    end
  end
  if not methods[1] then return end
  local constructs = new and described(name, new, has_self(new)) or _BOND_null
  if new then constructs.returns = '' end
  classes[#classes + 1] =
    { name = name, doc = '', isRecord = false, imports = name, constructs = constructs, methods = methods, properties = {} }
end

function _BOND_types(name)
  local file = io.open(name)
  if file then file:close() end
  local before = {}
  for global in next, _G do before[global] = true end
  local load = file and ('dofile(%q)'):format(name) or ''
  local functions, classes = {}, {}
  if file then
    dofile(name)
    for _, global in ipairs(sorted(_G)) do
      local value = _G[global]
      if not before[global] and type(value) == 'function' then
        functions[#functions + 1] = described(global, value)
      elseif not before[global] and type(value) == 'table' then
        describe_table(global, value, functions, classes)
      end
    end
    return { load = load, functions = functions, classes = classes }
  end
  local module = type(_G[name]) == 'table' and _G[name] or require(name)
  for _, own in ipairs(sorted(module)) do
    if type(module[own]) == 'function' then functions[#functions + 1] = described(name .. '.' .. own, module[own]) end
  end
  return { load = load, module = name, functions = functions, classes = classes }
end
