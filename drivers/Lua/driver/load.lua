-- Keeps this code apart from your program, and compiles the other files, lazy ones when a function of theirs is first needed. STAGE1
-- has read all files as one text. Their globals are in a table of their own. Lua 5.1 and later, and LuaJIT.

local text = ...
local find, sub, next, rawget, setmetatable = string.find, string.sub, next, rawget, setmetatable
local loadstring, setfenv, load = loadstring, setfenv, load

-- What your program may replace is kept, as it is now.
local driver = { G = _G, unpack = table.unpack or unpack }
for name, value in pairs(_G) do
  if type(value) == 'table' and value ~= _G then
    local copy = {}
    for key, item in pairs(value) do copy[key] = item end
    value = copy
  end
  if name ~= '_G' then driver[name] = value end
end

-- A function of some code, or nothing and what is wrong with it. Without `globals`, it has those of your program.
if setfenv then
  function driver.compile(code, name, globals)
    if sub(code, 1, 1) == '\27' then return nil, 'compiled code is refused' end
    local compiled, message = loadstring(code, name)
    return compiled and setfenv(compiled, globals or driver.G), message
  end
else
  function driver.compile(code, name, globals)
    return load(code, name, 't', globals or driver.G)
  end
end

driver.driver = driver

local function run(name, code)
  local compiled, message = driver.compile(code, '=<bond driver: ' .. name .. '>', driver)
  if not compiled then driver.error(message) end
  compiled()
end

local texts = {} -- by the name of a file that has not been needed yet

function driver.load_file(name)
  local code = texts[name]
  if code then run(name, code) end
  texts[name] = nil -- only now: where the stack is nearly full, it cannot be compiled
end

setmetatable(driver, {
  __index = function(_, name)
    local definition = '\nfunction ' .. name .. '('
    for file, code in next, texts do
      if find(code, definition, 1, true) then
        driver.load_file(file)
        return rawget(driver, name)
      end
    end
  end,
})

local start = find(text, '\n--: ', 1, true)
while start do
  local heading = find(text, '\n', start + 1, true)
  local stop = find(text, "\n--: ", heading, true)
  local kind, name = string.match(sub(text, start, heading), '^\n%-%-: (%l+) (%S+)')
  local code = sub(text, heading, stop or -1)
  if kind == 'lazy' then texts[name] = code else run(name, code) end
  start = stop
end
return driver.start()
