# What all encodings need: values as text and back, exactly, or as an error that says where it sits.

DEEPEST = 400    # what is nested deeper is refused

# JSON text of a value; what the encoding would change on the way is an error that says where it sits.
def encode(value, root = 'result')
  return INTEGER_TEXT.bind_call(value) if Integer === value
  if plain?(value, 0)
    text = write_json(value)
    return text unless @extended && text.include?('"$')
  end
  encode_slowly(value, root)
end

# Whether the writer of JSON changes nothing in a value: it makes text of all that it does not know.
def plain?(value, depth)
  case value
  when String
    value.class.equal?(String) && ((encoding = value.encoding).equal?(UTF_8) ? value.valid_encoding? : encoding.equal?(US_ASCII) && value.ascii_only?)
  when Integer, nil, true, false then true
  when Float then value.finite?
  when Array
    return false if depth > DEEPEST || !value.class.equal?(Array)
    depth += 1
    value.all? { |item| plain?(item, depth) }
  when Hash
    return false if depth > DEEPEST || !value.class.equal?(Hash)
    depth += 1
    plain_keys?(value) && value.all? { |_, item| plain?(item, depth) }
  else false
  end
end

# Whether the keys are texts, all of them, or symbols, all of them, so that no two can become one.
def plain_keys?(hash)
  first = nil
  hash.each_key do |key|
    kind = key.class
    return false unless kind.equal?(first) || first.nil? && (kind.equal?(String) || kind.equal?(Symbol))
    first = kind
    text = kind.equal?(Symbol) ? key.to_s : key
    return false unless text.encoding.equal?(UTF_8) && text.valid_encoding? || text.ascii_only? && text.encoding.ascii_compatible?
  end
  !hash.compare_by_identity?
end

def decode(payload)
  text = payload.force_encoding(UTF_8)
  value = read_json(text)
  @extended && text.include?('"$') ? read_all_words(value, text) : value
rescue StandardError, SystemStackError => error
  raise SerializationException, "what the host sent cannot be decoded: #{message_of(error)}"
end

def refuse(path, reason)
  raise SerializationException, "#{path}: #{reason}"
end

def below(path, key)
  key.match?(/\A[A-Za-z_]\w*\z/) ? "#{path}.#{key}" : "#{path}[#{write_json(key)}]"
end

# The name of the class of any object.
def class_name(value)
  name_of(CLASS_OF.bind_call(value))
end

def name_of(kind)
  NAMES[kind] || NAME_OF.bind_call(kind) || (Class === kind ? "#<Class < #{name_of(kind.superclass)}>" : '#<Module>')
end
