#: lazy
# Classes below one that is here, whose methods are functions of the host.

EXTENDED = {} # those classes, by the host's keys for them

# Makes a class, and holds it.
def bond_extend(key, base, name, members)
  base = named_class(base) if String === base
  raise TypeError, "a value of the class #{class_name(base)} cannot be extended: it is not a class" unless Class === base
  members.each { |kind, member, _| check_member(base, kind, member) }
  place, own = place_of(name) if name
  extended = Class.new(base)
  members.each { |kind, member, value| define_member(extended, kind, member, value) }
  place ? place.const_set(own, extended) : DRIVER.give_name(extended, "Extended#{name_of(base)}")
  EXTENDED[key] = extended
  keep(extended)
end

def named_class(text)
  text.match?(/\A[A-Z]\w*(::[A-Z]\w*)*\z/) ? imported(text) : TOPLEVEL.eval(text)
end

def place_of(name)
  parts = name.match(/\A(?:([A-Z]\w*(?:::[A-Z]\w*)*)::)?([A-Z]\w*)\z/)
  raise NameError, "#{name.inspect} is not a valid name for a class" unless parts
  place = parts[1] ? constant(parts[1]) : Object
  raise NameError, "the name #{name} is taken: give the class another name" if place.const_defined?(parts[2], false)
  [place, parts[2]]
end

def check_member(base, kind, name)
  is_name = kind == 'value' ? name.match?(/\A[A-Za-z_]\w*\z/) : name.match?(/\A(?:[[:alpha:]_][[:alnum:]_]*[?!=]?|\[\]=?|<=>|[=!]=|===|[-+*\/%<>!~^&|]|<=|>=|<<|>>|\*\*|=~|[-+]@)\z/)
  raise NameError, "#{name.inspect} is not a valid name for a method" unless is_name
end

def define_member(extended, kind, name, value)
  return extended.const_set(name, value) if kind == 'value' && name.match?(/\A[A-Z]/)
  return extended.send(:define_method, name) { value } if kind == 'value'
  driver = self
  name = "#{name}=" if kind == 'set'
  name = 'initialize' if name == 'constructor'
  extended.send(:define_method, name) do |*arguments, &block|
    driver.call_method_of_host(value, name, self, arguments, block)
  end
  extended.send(:ruby2_keywords, name)
end

# Calls a function of the host; its first argument is the instance, which is held even if it could cross.
def call_method_of_host(function, name, instance, arguments, block)
  call_host(name, [Kept.new(instance), *arguments], lent: number_of(function), block: block, is_holding: true)
end

# What is above a class, for an instance of it.
def bond_super(instance, key)
  Above.new(instance, EXTENDED.fetch(key))
end

# Calls methods above a class on an instance.
class Above < BasicObject
  def initialize(instance, kind)
    @_BOND_instance, @_BOND_kind = instance, kind
  end

  def method_missing(name, *arguments, &block)
    name = :initialize if name == :constructor
    @_BOND_kind.superclass.instance_method(name).bind_call(@_BOND_instance, *arguments, &block)
  end
  ruby2_keywords :method_missing

  def respond_to?(name, _ = false)
    @_BOND_kind.superclass.method_defined?(name)
  end
end
