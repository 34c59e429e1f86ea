#: lazy
# Holds what cannot cross, and says in which places of a result, or of arguments, it was.

DEEPEST_HELD = 300 # what is nested deeper is held

# A result whose text is there already.
Encoded = Struct.new(:text)

# What is held even if it could cross.
Kept = Struct.new(:value)

def run_eval_hold(payload)
  with_held(run_eval(payload))
end

def run_call_hold(payload)
  with_held(run_call(payload))
end

# The text of a list with the value, and what is held in the place of what cannot cross: paths, numbers, and what that is in words.
def with_held(value)
  @busy = false
  @has_encoded = true
  Encoded.new("[[#{encode(value, 'value')}]]")
rescue SerializationException
  plain, places = without_held_in([value])
  Encoded.new("[#{encode(plain, 'value')},#{encode(places)}]")
end

# As `encode_call`, for a call of a function that is given what cannot cross as handles.
def encode_with_held(called, arguments, named, root)
  plain, places = without_held_in(arguments)
  "[#{write_json(called)},#{encode(plain, root)},#{encode(places)}#{',true' if named}]"
end

def without_held_in(values)
  places, numbers = [], {}.compare_by_identity
  plain = values.each_with_index.map { |value, index| without_held(value, [index], [], places, numbers) }
  encode(plain, 'value')
  [plain, places]
rescue Exception
  numbers.each_value { |number| @held.delete(number) }
  raise
end

def without_held(value, path, parents, places, numbers)
  return hold_at(path, value.value, places, numbers) if Kept === value
  begin
    encode(value, 'value')
    return value
  rescue SerializationException
    nil
  end
  if parents.size < DEEPEST_HELD && parents.none? { |parent| parent.equal?(value) }
    parents += [value]
    case value
    when Array
      return value.each_with_index.map { |item, index| without_held(item, path + [index], parents, places, numbers) }
    when Hash
      return without_held_items(value, path, parents, places, numbers) if keys_of_places?(value)
    end
  end
  hold_at(path, value, places, numbers)
end

# Whether the host can find the places of the items again.
def keys_of_places?(hash)
  texts = hash.keys.map { |key| key_text(key) }
  return texts.uniq.size == texts.size if texts.all?
  @extended && hash.each_key.all? { |key| key_text(key) || Integer === key }
end

def without_held_items(hash, path, parents, places, numbers)
  hash.each_with_object({}) do |(key, item), copy|
    key = key_text(key) || key
    copy[key] = without_held(item, path + [key], parents, places, numbers)
  end
end

# What stands twice in a message is held once. An object of the host goes back to where it is from.
def hold_at(path, value, places, numbers)
  places << if @live_objects && LiveObject === value
    [path, -live_number(value), 'live']
  else
    [path, numbers[value] ||= keep(value), described(value)]
  end
  nil
end

def described(value)
  return name_of(value) if Module === value && !(Class === value)
  Class === value ? "class #{name_of(value)}" : class_name(value)
end
