#: lazy
# Converts values by type before they cross.

CONVERSIONS = {} # by the name of a class
OF_CLASSES = {}.compare_by_identity # what the nearest class of a value has, or false
ALWAYS_PLAIN = %w[String Integer Float NilClass TrueClass FalseClass Array Hash].freeze
DEEPEST_COPY = 400

# Has values of certain types converted: pairs of a name and code of something that can be called.
def bond_convert(entries)
  entries.each do |name, code|
    raise TypeError, "'#{name}': values of this class always cross as they are" if ALWAYS_PLAIN.include?(name)
    CONVERSIONS[name] = compiled_conversion(name, code)
  end
  stand_between unless @converts
  nil
end

def compiled_conversion(name, code)
  conversion = begin
    TOPLEVEL.eval(code, '(convert)', 1)
  rescue StandardError, ScriptError => error
    raise ArgumentError, "'#{name}': #{class_name(error)}: #{message_of(error)}"
  end
  return conversion if RESPONDS.bind_call(conversion, :call)
  raise TypeError, "'#{name}': its code gives a value of the class #{class_name(conversion)}, which cannot be called"
end

# Puts conversions between code of the program and what writes its values.
def stand_between
  @converts = true
  %w[host-calls holding chains references stacks].each { |file| load_file(file) }
  singleton_class.prepend(Converting)
end

# What stands before the methods of the same name.
module Converting
  def run_eval(payload)
    converted(super, 'result')
  end

  def run_call(payload)
    converted(super, 'result')
  end

  def with_held(value)
    super(converted(value, 'value'))
  end

  def encode_call(name, arguments, lent, block, is_holding)
    given = arguments.each_with_index.map { |value, index| converted(value, "#{name}(): args[#{index}]") }
    if ::Hash === arguments.last && ::Hash.ruby2_keywords_hash?(arguments.last)
      given[-1] = ::Hash.ruby2_keywords_hash(given[-1].equal?(arguments.last) ? given[-1].dup : given[-1])
    end
    super(name, given, lent, block, is_holding)
  end

  def data_of(error, is_remote)
    super(is_remote ? error : ::Struct.new(:data).new(converted(error, 'exception')), true)
  end
end

# A value with what conversions make of its parts; itself, if there are none to be applied.
def converted(value, path)
  return value if value.equal?(NOTHING)
  convert(value, path, {}.compare_by_identity, 0)
rescue SystemStackError
  refuse(path, 'is nested too deep')
end

# `done` has what each object has become.
def convert(value, path, done, depth)
  case value
  when Integer, Float, nil, true, false then return value
  end
  return done[value] if done.key?(value)
  conversion = conversion_for(CLASS_OF.bind_call(value))
  return convert_parts(value, path, done, depth) unless conversion
  done[value] = convert_parts(apply_conversion(conversion, value, path), path, done, depth)
end

def conversion_for(kind)
  OF_CLASSES.clear if OF_CLASSES.size > 1000
  OF_CLASSES.fetch(kind) { OF_CLASSES[kind] = nearest_conversion(kind) }
end

# The one for the nearest class: by its full name, or else by the bare one.
def nearest_conversion(kind)
  return false if ALWAYS_PLAIN.include?(NAME_OF.bind_call(kind)) || @live_objects && kind <= LiveObject
  ANCESTORS_OF.bind_call(kind).each do |base|
    name = NAMES[base] || NAME_OF.bind_call(base)
    next unless name
    conversion = CONVERSIONS[name] || CONVERSIONS[name[/[^:]+\z/]]
    return conversion if conversion
  end
  false
end

def apply_conversion(conversion, value, path)
  was_busy, @busy = @busy, true
  conversion.call(value)
rescue StandardError, ScriptError => error
  refuse(path, "the conversion of a value of the class #{class_name(value)} failed: #{class_name(error)}: #{message_of(error)}")
ensure
  @busy = was_busy
end

def convert_parts(value, path, done, depth)
  refuse(path[0, 200], 'is nested too deep') if depth > DEEPEST_COPY
  case value
  when Array then convert_items(value, path, done, depth + 1)
  when Hash then convert_entries(value, path, done, depth + 1)
  else defined?(::Set) && ::Set === value ? convert_members(value, path, done, depth + 1) : value
  end
end

# A copy is made only if a part changes.
def convert_items(list, path, done, depth)
  return list if done[list]
  done[list] = list
  copy = list.each_with_index.map { |item, index| convert(item, "#{path}[#{index}]", done, depth) }
  done[list] = same_items?(copy, list) ? list : copy
end

def same_items?(copy, list)
  copy.each_with_index.all? { |item, index| item.equal?(list[index]) }
end

def convert_entries(hash, path, done, depth)
  return hash if done[hash]
  done[hash] = hash
  copy = {}
  is_same = true
  hash.each_pair do |key, item|
    place = String === key || Symbol === key ? below(path, key.to_s) : "#{path}[#{shown(key)}]"
    made = Symbol === key ? key : convert(key, place, done, depth)
    refuse(path, "two of its keys become the same: #{shown(made)}") if copy.key?(made)
    copy[made] = convert(item, place, done, depth)
    is_same &&= made.equal?(key) && copy[made].equal?(item)
  end
  done[hash] = is_same ? hash : copy
end

def convert_members(set, path, done, depth)
  items = set.to_a
  copy = convert_items(items, path, done, depth)
  return set if copy.equal?(items)
  refuse(path, 'two of its items become the same') if copy.uniq.size < items.size
  ::Set.new(copy)
end
