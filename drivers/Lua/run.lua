-- Runs a file as the interpreter itself would, for `bond run`.

-- Runs the file at a path; or, where the file is elsewhere, its text.
function _BOND_run_file(path, text, arguments)
  arg = { [0] = path }
  for index = 1, #arguments do arg[index] = arguments[index] end
  local program, message
  if text == nil then
    program, message = loadfile(path)
  else
    program, message = (loadstring or load)((text:gsub('^#[^\n]*', '')), '@' .. path)
  end
  if not program then error(message, 0) end
  program((table.unpack or unpack)(arguments))
end
