#: lazy
# Calls whatever can stand in front of a list of arguments.

SPELLED = {} # functions that are made of the text in front of a list of arguments, for texts without local variables
MOST_SPELLED = 1000

def call_named(name, arguments, named)
  if NAME.match?(name) && RESPONDS.bind_call(MAIN, name, true)
    return call_method(METHOD_OF.bind_call(MAIN, name), arguments, named)
  end
  parts = name.match(/\A\s*([A-Z]\w*(?:::[A-Z]\w*)*)(?:\.|::)([a-z_]\w*[?!]?)\s*\z/)
  return call_member(constant(parts[1]), parts[2], arguments, named) if parts
  spelled = SPELLED[name] || spell_call(name)
  return apply(TOPLEVEL.eval(name, '(call)', 1), arguments, named) unless spelled
  call_spelled(spelled, arguments, named)
end

# A function that calls what stands in front of a list of arguments; nil if that would be no code.
def spell_call(name)
  function = TOPLEVEL.eval("->(*_BOND_arguments, &_BOND_block) { #{name}(*_BOND_arguments, &_BOND_block) }.ruby2_keywords", '(call)', 1)
  if name.match?(/\A[$A-Z][\w:.$?!]*\z/)
    SPELLED.clear if SPELLED.size > MOST_SPELLED
    SPELLED[name] = function
  end
  name.match?(/[.:]\s*\w+[?!]?\s*\z/) || !name.match?(/\A\s*[\w:]+\s*\z/) ? function : nil
rescue SyntaxError
  nil
end

# The method is not known before it is called, so that a callback at the end is a block.
def call_spelled(function, arguments, named)
  block = arguments.last.is_a?(Proc) && lent?(arguments.last) ? arguments.last : nil
  arguments = arguments[0...-1] if block
  named ? function.call(*arguments, **named, &block) : function.call(*arguments, &block)
end

# Calls a method of an object, or what its method_missing makes of it.
def call_member(value, name, arguments, named)
  method = begin
    METHOD_OF.bind_call(value, name)
  rescue NameError, TypeError
    nil
  end
  return call_method(method, arguments, named) if method && (value.equal?(MAIN) || !hidden?(method))
  named ? SEND.bind_call(value, name, *arguments, **named) : SEND.bind_call(value, name, *arguments)
end

def hidden?(method)
  owner = method.owner
  owner.private_method_defined?(method.name) || owner.protected_method_defined?(method.name)
end

# A callback at the end of the arguments is the block, unless the method has a parameter for it.
def call_method(method, arguments, named)
  last = arguments.last
  if Proc === last && lent?(last) && takes_block?(method, arguments.size)
    arguments = arguments[0...-1]
    return named ? method.call(*arguments, **named, &last) : method.call(*arguments, &last)
  end
  named ? method.call(*arguments, **named) : method.call(*arguments)
end

def takes_block?(method, count)
  kinds = method.parameters.map(&:first)
  required = kinds.count(:req)
  return false if count - 1 < required
  return true if kinds.include?(:block)
  return method.source_location.nil? if kinds.include?(:rest)
  count > required + kinds.count(:opt)
end

# Calls a value itself, or makes an instance of a class.
def apply(value, arguments, named)
  return call_member(value, 'call', arguments, named) if RESPONDS.bind_call(value, :call)
  return call_new(value, arguments, named) if Class === value
  named ? value.call(*arguments, **named) : value.call(*arguments)
end

def call_new(kind, arguments, named)
  last = arguments.last
  if Proc === last && lent?(last) && takes_block?(kind.instance_method(:initialize), arguments.size)
    arguments = arguments[0...-1]
    return named ? kind.new(*arguments, **named, &last) : kind.new(*arguments, &last)
  end
  named ? kind.new(*arguments, **named) : kind.new(*arguments)
end
