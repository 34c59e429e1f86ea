#: lazy
# Long lists and texts in parts: one side begins with them while the other makes the rest.

PART = 32_768    # about how many bytes a part has
FIRST_PART = 128 # how many items the first one has

# Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross.
def say_parts(request, value)
  parts_of(value) { |part| say("PART #{request} #{part}") }
  ''
rescue SerializationException
  say("PART #{request} ")
  encode(value)
end

def parts_of(value, &take)
  Array === value ? parts_of_list(value, &take) : parts_of_text(value, &take)
end

def parts_of_text(text)
  start = 0
  while start < text.size
    yield encode(text[start, PART])
    start += PART
  end
end

def parts_of_list(list)
  start, count = 0, FIRST_PART
  while start < list.size
    items = list[start, count]
    text = encode(items)
    yield text
    start += items.size
    count = [1, items.size * PART / text.bytesize].max
  end
end

# Keeps a part of a long argument; what is empty takes back those that have come.
def take_part(request, payload)
  @parts ||= {}
  return @parts.delete(request) if payload.nil? || payload.empty?
  (@parts[request] ||= []) << begin
    decode(payload)
  rescue SerializationException => error
    error
  end
end

# Puts what has come in parts behind the arguments.
def add_parts(request, arguments)
  parts = @parts.delete(request)
  @parts = nil if @parts.empty?
  return unless parts
  parts.each { |part| raise part if SerializationException === part }
  arguments << (Array === parts[0] ? parts.flatten(1) : parts.join)
end
