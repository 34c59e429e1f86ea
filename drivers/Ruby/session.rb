# Runs and shows what is typed in a session of the command `bond`, in Ruby 2.7 and later. It is sent when a session begins.

# Runs what was typed. Its value is kept for `_BOND_show`, unless nothing is shown of it, as of definitions and of what prints.
def self._BOND_run(code)
  $_BOND_typed = nil
  value = TOPLEVEL_BINDING.eval(code, '(evalBlock)', 1)
  $_BOND_typed = [value] unless value.nil?
  nil
end

# How Ruby shows the value: as text and what is left out of it, or as rows of a table.
def self._BOND_show(width, most_text, most_rows, _colored = false)
  return nil unless $_BOND_typed
  value, = $_BOND_typed
  $_BOND_typed = nil
  table = _BOND_table(value, most_rows)
  return ['table', *table] if table
  require 'pp'
  text = _BOND_text(value.pretty_inspect.chomp)
  text = _BOND_text(PP.pp(value, +'', width).chomp) if text.size < most_text
  ['text', text[0, most_text], [text.size - most_text, 0].max]
rescue NoMethodError
  ['text', "an object of the class #{Kernel.instance_method(:class).bind_call(value)}", 0]
end

# A text that can cross.
def self._BOND_text(text)
  text = text.dup.force_encoding('UTF-8') if text.encoding == Encoding::BINARY
  text.encode('UTF-8', invalid: :replace, undef: :replace).scrub
end

# The columns, the rows and how many are left out, if the value is a list of records that are alike.
def self._BOND_table(value, most_rows)
  return nil unless value.instance_of?(Array) && value.size > 1
  records = value.first(most_rows).map { |each| _BOND_record(each) }
  return nil unless records.all? { |record| record && !record.empty? }
  columns = records.flat_map(&:keys).uniq
  return nil if columns.size > 100 || records.any? { |record| 2 * record.size < columns.size }
  rows = records.map { |record| columns.map { |name| record.key?(name) ? _BOND_cell(record[name]) : '' } }
  [columns.map { |name| _BOND_text(name.to_s) }, rows, value.size - rows.size]
end

# The names and values of a hash with texts or symbols as keys, or of a struct.
def self._BOND_record(value)
  return value.to_h if Struct === value
  value.instance_of?(Hash) && value.each_key.all? { |key| Symbol === key || String === key } ? value : nil
end

def self._BOND_cell(value)
  text = _BOND_text(String === value ? value : value.inspect)
  text.size > 200 ? "#{text[0, 200]}…" : text
end
