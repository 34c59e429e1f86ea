#: lazy
# Reads the words of EJSON.

UNPACKED = {
  'int8' => 'c*', 'uint8' => 'C*', 'uint8clamped' => 'C*', 'int16' => 's<*', 'uint16' => 'S<*', 'int32' => 'l<*', 'uint32' => 'L<*',
  'int64' => 'q<*', 'uint64' => 'Q<*', 'float32' => 'e*', 'float64' => 'E*'
}.freeze

def read_all_words(value, text)
  read_words(value)
ensure
  forget_blocks(text) if @blocks
end

def read_words(value)
  case value
  when Array then value.map { |item| read_words(item) }
  when Hash
    if value.size == 1
      name, content = value.first
      return read_word(name, content) if name.start_with?('$') && !name.start_with?('$$')
    end
    value.each_with_object({}) { |(key, item), read| read[key.start_with?('$$') ? key[1..-1] : key] = read_words(item) }
  else value
  end
end

def read_word(name, content)
  case name
  when '$numberDouble' then { 'NaN' => Float::NAN, 'Infinity' => Float::INFINITY, '-Infinity' => -Float::INFINITY }.fetch(content)
  when '$binary' then bytes_in(content)
  when '$date' then Time.at(Kernel.Rational(content['$numberLong'].to_i, 1000)).utc
  when '$map' then read_map(content)
  when '$set' then read_set(content)
  when '$typedArray' then bytes_in(content).unpack(UNPACKED.fetch(content['type']))
  when '$ndarray' then read_ndarray(content)
  else raise TypeError, "there is no word #{name}"
  end
end

def bytes_in(content)
  content.key?('block') ? bytes_at(*content['block']) : content['base64'].unpack1('m0')
end

def read_map(entries)
  map = {}
  entries.each { |key, item| map[read_words(key)] = read_words(item) }
  raise KeyError, 'keys of a Map that are the same in Ruby' if map.size < entries.size
  map
end

def read_set(items)
  require 'set' unless defined?(::Set)
  set = ::Set.new(items.map { |item| read_words(item) })
  raise KeyError, 'items of a Set that are the same in Ruby' if set.size < items.size
  set
end

# Nested lists, row after row.
def read_ndarray(content)
  data, shape = content['data'], content['shape']
  items = data.key?('$typedArray') ? read_words(data) : bytes_in(data['$binary']).bytes
  items = items.map { |item| item != 0 } if content['type'] == 'bool'
  return items[0] if shape.empty?
  (shape.length - 1).downto(1) do |dimension|
    size = shape[dimension]
    items = Array.new(shape.first(dimension).inject(:*)) { |index| items[index * size, size] }
  end
  items
end
