#: lazy
# Values that plain JSON has no word for, in the words of EJSON, or as an error that says where they sit.

def encode_slowly(value, root)
  @last_block += 1 # what has been put beside another text is not for this one
  write_json(spell(value, root, []))
rescue SystemStackError
  raise SerializationException, "#{root}: is nested too deep"
end

# What stands for a value in JSON; what the encoding has no word for is an error that says where it sits.
def spell(value, path, parents)
  case value
  when String then spell_text(value, path)
  when Integer, nil, true, false then value
  when Float then value.finite? ? value : word(path, value, '$numberDouble', value.nan? ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')
  when Array then inside(value, path, parents) { spell_items(value, path, parents) }
  when Hash then inside(value, path, parents) { spell_hash(value, path, parents) }
  when Time then spell_time(value, path)
  else spell_other(value, path, parents)
  end
end

def inside(value, path, parents)
  refuse(path, 'refers to itself') if parents.any? { |parent| parent.equal?(value) }
  refuse(path[0, 200], 'is nested too deep') if parents.size > DEEPEST
  parents.push(value)
  spelled = yield
  parents.pop
  spelled
end

def spell_items(items, path, parents)
  index = -1
  Array.instance_method(:map).bind_call(items) { |item| spell(item, "#{path}[#{index += 1}]", parents) }
end

# A text of any encoding as Unicode; bytes if it has none.
def spell_text(text, path)
  encoding = text.encoding
  return word(path, text, '$binary', binary(text)) if encoding == BINARY && !text.ascii_only?
  return String.new(text) if encoding == UTF_8 && text.valid_encoding?
  return String.new(text).force_encoding(UTF_8) if text.ascii_only? && encoding.ascii_compatible?
  refuse(path, "text that is not valid #{encoding}: send its .b, which are its bytes, or its .scrub") unless text.valid_encoding?
  refuse(path, "text in the encoding #{encoding}: send its .encode('UTF-8'), or its .b")
end

def spell_hash(hash, path, parents)
  texts = hash.keys.map { |key| key_text(key) }
  return spell_map(hash, path, parents) unless texts.all?
  refuse(path, 'two of its keys are the same text') if texts.uniq.size < texts.size
  spelled = {}
  hash.each_pair { |key, item| spelled[escaped(text = key_text(key))] = spell(item, below(path, text), parents) }
  spelled
end

# The text of a key, if it is one: symbols are texts as keys.
def key_text(key)
  text = Symbol === key ? key.to_s : key
  return nil unless String === text && (text.encoding == UTF_8 || text.ascii_only?) && text.valid_encoding?
  text.encoding == UTF_8 ? text : text.dup.force_encoding(UTF_8)
end

def spell_map(hash, path, parents)
  unless @extended
    odd = hash.keys.find { |key| !key_text(key) }
    refuse(path, "the key #{shown(odd)} is not a text")
  end
  entries = hash.map { |key, item| [spell_key(key, path, parents), spell(item, "#{path}[#{shown(key)}]", parents)] }
  check_distinct(entries.map(&:first), path)
  { '$map' => entries }
end

def spell_key(key, path, parents)
  Symbol === key ? key.to_s : spell(key, path, parents)
end

def shown(key)
  text = key.inspect
  text.size > 80 ? "#{text[0, 80]}…" : text
rescue StandardError
  class_name(key)
end

# A Map and a Set of the host have one NaN, one 1 for 1 and 1.0, and no -0.0.
def check_distinct(keys, path)
  seen = {}
  keys.each do |key|
    next if Array === key || Hash === key && !key.key?('$numberDouble')
    refuse(path, '-0.0 as a key, or in a set, would become 0') if Float === key && key.zero? && 1 / key < 0
    key = key.to_i if Float === key && key == key.to_i
    refuse(path, "two keys, or items of a set, would become one: #{shown(key)}") if seen.key?(key)
    seen[key] = true
  end
end

def spell_time(time, path)
  ms = time.to_r * 1000
  unless ms.denominator == 1
    refuse(path, 'a Time with microseconds cannot be carried, because Date has milliseconds: send its .iso8601(6), or its .floor(3), ' \
                 "or convert all by presets.Ruby.dates({ microseconds: 'truncate' })")
  end
  word(path, time, '$date', { '$numberLong' => ms.to_i.to_s })
end

def spell_other(value, path, parents)
  kind = CLASS_OF.bind_call(value)
  return spell_set(value, path, parents) if defined?(::Set) && kind <= ::Set && @extended
  return spell_time(value.to_time, path) if defined?(::DateTime) && kind <= ::DateTime
  word(path, value)
end

def spell_set(set, path, parents)
  inside(set, path, parents) do
    items = set.to_a.map { |item| spell(item, path, parents) }
    check_distinct(items, path)
    { '$set' => items }
  end
end

# A word of EJSON for a value that JSON has none for.
def word(path, value, name = nil, content = nil)
  return { name => content } if @extended && name
  refuse(path, "#{value} is not a JSON number") if Float === value
  advice = advice_for(value)
  refuse(path, "a value of the class #{class_name(value)} cannot be carried by #{@extended ? 'EJSON' : 'JSON'}#{": #{advice}" if advice}")
end

# What can be sent instead.
def advice_for(value)
  case value
  when Symbol then "send its .to_s, or convert all by presets.Ruby.symbols"
  when Struct then 'send its .to_h, or convert all by presets.Ruby.structs'
  when Range, Enumerator then 'send its .to_a, or iterate over it'
  when Proc, Method, IO then 'use hold'
  when ::Rational, ::Complex then 'send its .to_s, or convert all by presets.Ruby.numbers'
  when Time, String then nil
  else advice_by_name(value)
  end
end

def advice_by_name(value)
  case class_name(value)
  when 'BigDecimal' then 'send its .to_s, or convert all by presets.Ruby.numbers'
  when 'Date' then 'it is not a point in time: send its .iso8601, or convert all by presets.Ruby.dates'
  when 'Set' then 'send its .to_a'
  else 'use hold, or convert'
  end
end

def binary(text)
  bytes = String.new(text).force_encoding(BINARY)
  return { 'block' => beside(bytes) } if @takes_blocks && bytes.bytesize >= 512
  { 'base64' => [bytes].pack('m0'), 'subType' => '00' }
end

def escaped(key)
  @extended && key.start_with?('$') ? "$#{key}" : key
end
