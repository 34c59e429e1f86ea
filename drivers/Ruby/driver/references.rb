#: lazy
# What the host has lent, and what it holds here.

LENT = ObjectSpace::WeakMap.new # numbers of the functions that the host has lent: a callback at the end of arguments may be a block
COUNTER = [0]                   # of what is held, and of iterators

# Puts what expressions refer to in their places.
def put_references(references, values, named)
  references.each do |path, code|
    place = values
    place, path = named, path.drop(1) if path[0] == 'kwargs'
    path[0...-1].each { |step| place = place[step] }
    place[path[-1]] = referred(code)
  end
end

# What code comes to, or a chain.
def referred(code)
  return follow(*code) if Array === code
  number = code[/\A_BOND_held\((\d+)\)\z/, 1]
  number ? bond_held(number.to_i) : TOPLEVEL.eval(code, '(ref)', 1)
end

# A function that the host has lent, by its number; when nothing refers to it any more, the host hears of it.
def bond_callback(number, is_holding = 0)
  function = lent_function(number, is_holding == 1)
  LENT[function] = number
  ObjectSpace.define_finalizer(function, releasing(number))
  function
end

# In a method of its own, so that the finalizer does not refer to the function.
def releasing(number)
  driver = self
  proc { driver.release_lent(number) }
end

def release_lent(number)
  @released << number
end

def lent_function(number, is_holding)
  driver = self
  lambda { |*arguments, &block| driver.call_host('callback', arguments, lent: number, block: block, is_holding: is_holding) }.ruby2_keywords
end

def lent?(function)
  LENT.key?(function)
end

def number_of(function)
  LENT[function]
end

# Iterates over what the host hands out in batches.
def bond_stream(number)
  take = bond_callback(number)
  Enumerator.new do |items|
    size, is_done = 1, false
    until is_done
      batch, is_done = take.call(size)
      batch.each { |item| items << item }
      size = [2 * size, 256].min
    end
  end
end

def next_number
  COUNTER[0] += 1
end

def bond_hold(value)
  keep(value)
end

def keep(value)
  number = next_number
  @held[number] = value
  number
end

def bond_held(number)
  @held.fetch(number) { raise KeyError, "nothing is held under the number #{number}" }
end

# A constant of a class or module, an entry of a hash, what a method without arguments returns, a method, or else an item.
def bond_get(holder, name)
  return holder.const_get(name) if Module === holder && name.match?(/\A[A-Z]/) && holder.const_defined?(name)
  return holder[key_in(holder, name)] if Hash === holder && holder.key?(key_in(holder, name))
  method = member(holder, name)
  return method.parameters.any? { |kind, _| kind == :req || kind == :keyreq } ? method : SEND.bind_call(holder, name) if method
  return holder[name] if RESPONDS.bind_call(holder, :[]) && !(Module === holder || Proc === holder || Method === holder)
  SEND.bind_call(holder, name)
end

def member(holder, name)
  method = METHOD_OF.bind_call(holder, name)
  hidden?(method) ? nil : method
rescue NameError, TypeError
  nil
end

# The key of that name: a symbol is one as well as a text.
def key_in(hash, name)
  symbol = name.to_sym
  !hash.key?(name) && hash.key?(symbol) ? symbol : name
end

def bond_set(holder, name, value)
  return holder[key_in(holder, name)] = value if Hash === holder
  return SEND.bind_call(holder, "#{name}=", value) if !RESPONDS.bind_call(holder, :[]=) || member(holder, "#{name}=")
  holder[name] = value
end

def bond_invoke(holder, name, *arguments)
  named = named_in(arguments)
  invoke(holder, name, arguments, named)
end

def bond_apply(value, *arguments)
  named = named_in(arguments)
  apply(value, arguments, named)
end

def bond_hold_result(name, *arguments)
  named = named_in(arguments)
  return keep(bond_apply(*arguments, **(named || {}))) if name == '_BOND_apply'
  return keep(bond_invoke(*arguments, **(named || {}))) if name == '_BOND_invoke'
  keep(call_named(name, arguments, named))
end

%i[bond_invoke bond_apply bond_hold_result].each { |name| ruby2_keywords(name) }

# Takes the arguments by name from behind the others.
def named_in(arguments)
  return nil unless Hash === arguments.last && Hash.ruby2_keywords_hash?(arguments.last)
  named = arguments.pop
  named.empty? ? nil : Hash.ruby2_keywords_hash(named).to_h.transform_keys(&:to_sym)
end

# A method; or a property that can be called.
def invoke(holder, name, arguments, named)
  if Hash === holder && holder.key?(key_in(holder, name)) && RESPONDS.bind_call(function = holder[key_in(holder, name)], :call)
    return apply(function, arguments, named)
  end
  call_member(holder, name, arguments, named)
end

# What a function throws, so that it can be held; nil if it throws nothing.
def bond_catch(function, *arguments)
  function.call(*arguments)
  nil
rescue StandardError, ScriptError => error
  error
end

# Throws again what was thrown here, since a function of the host has not caught it.
def bond_raise(error)
  raise error
end
