#: lazy
# Functions of the host: makes them, and calls the host.

NO_RAISE = { Object => :never }.freeze  # what other threads raise here, such as a Timeout, waits for the reply
MAY_RAISE = { Object => :immediate }.freeze
ROOM = 40 # levels of methods
KEYWORDS = %w[
  BEGIN END alias and begin break case class def defined? do else elsif end ensure false for if in module next nil not or redo rescue
  retry return self super then true undef unless until when while yield __FILE__ __LINE__ __ENCODING__
].freeze

# Raises SystemStackError now, while the conversation is in step, rather than in the middle of an exchange.
def need_room(levels = ROOM)
  need_room(levels - 1) if levels > 0
end

# Calls the host, and waits for the reply. The arguments' last may be a hash of what was given by name.
def call_host(name, arguments, lent: nil, block: nil, is_holding: false)
  raise ThreadError, "#{name} is a function of the host: only the main thread can call it" unless Thread.current.equal?(Thread.main)
  raise ThreadError, "#{name} is a function of the host: it cannot be called in the middle of an exchange with it" unless @busy
  raise ThreadError, "#{name} is a function of the host: a forked process cannot call it" if fork?
  need_room
  reply = Thread.handle_interrupt(NO_RAISE) { exchange(name, arguments, lent, block, is_holding) }
  raised, @interrupted = @interrupted, nil
  deliver unless @pending.empty?
  raise raised if raised
  told(*reply)
end

def exchange(name, arguments, lent, block, is_holding)
  @busy = false # signals have to wait, for the reply as well
  payload = encode_call(name, arguments, lent, block, is_holding)
  frame = (@calls += 1).to_s
  [frame, *serve(frame, "CALL #{frame} #{@running} #{payload}")]
ensure
  @busy = !@leaving
end

def encode_call(name, arguments, lent, block, is_holding)
  named = Hash.ruby2_keywords_hash?(arguments.last) ? arguments.last : nil if Hash === arguments.last
  if block
    refuse("#{name}()", 'a block cannot cross: export the function with { objects: \'hold\' }, and it gets a handle of the block') unless is_holding
    arguments += [Kept.new(block)]
    named = nil
  end
  called = lent || name
  text = begin
    encode(arguments, "#{name}(): args")
  rescue SerializationException => error
    return encode_with_held(called, arguments, named, "#{name}(): args") if is_holding
    return encode_with_live(called, arguments, named, error) if @live_objects
    raise
  end
  "[#{write_json(called)},#{text}#{',null,true' if named}]"
end

# What the host has replied: its function's result, or an exception.
def told(frame, verb, payload)
  content = decode(payload)
  return content if verb == 'RETURN'
  if verb == 'RETURN_WITH'
    result, references = content
    put_references(references, result, nil)
    return result[0]
  end
  message = content['message']
  error = if verb == 'ERROR'
    SerializationException.new(message)
  else
    RemoteException.new(message, content.fetch('data', message), content['type'], content['stack'])
  end
  error._BOND_call = frame.to_i
  raise error
end

# Defines a function that calls the host: `name` on every object, as a function of the top level is; `Module.name`, `Module::name`
# on a module or class; `Class#name` on the instances of a class.
def export(name, is_holding = false)
  parts = name.match(/\A(?:([A-Z]\w*(?:::[A-Z]\w*)*)(\.|::|#))?([[:alpha:]_][[:alnum:]_]*[?!]?)\z/)
  is_name = parts && (parts[1] || !KEYWORDS.include?(parts[3])) && !name.end_with?("\n")
  raise NameError, "#{name.inspect} is not a valid name for a function" unless is_name
  define_stub(parts[1] && constant(parts[1]), parts[2], parts[3], stub_for(name, is_holding))
end

def define_stub(place, separator, name, stub)
  owner = place ? (separator == '#' ? place : place.singleton_class) : Object
  if place.nil? && (Object.method_defined?(name) || name == 'initialize')
    raise NameError, "every object has a method called #{name}: a function cannot have this name"
  end
  owner.send(:define_method, name, &stub)
  owner.send(:ruby2_keywords, name)
  owner.send(:private, name) unless place
end

def stub_for(name, is_holding)
  driver = self
  proc { |*arguments, &block| driver.call_host(name, arguments, block: block, is_holding: is_holding) }
end

def constant(path)
  path.split('::').inject(Object) { |place, name| place.const_get(name) }
end
