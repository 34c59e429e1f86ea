# Runs a file as the interpreter itself would, for `bond run`.

# Runs the file at a path; or, where the file is elsewhere, its text.
def self._BOND_run_file(path, text, arguments)
  ARGV.replace(arguments)
  path = File.expand_path(path) if text.nil?
  $0 = path
  TOPLEVEL_BINDING.eval(text || File.binread(path).force_encoding('UTF-8'), path, 1)
  nil
end
