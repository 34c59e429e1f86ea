#: lazy
# Objects of the host as objects here: what is done with one is asked of the host, which checks what may be touched.

# What every object of the host can do. Names that begin with `_` are never asked for.
class LiveObject < BasicObject
  def initialize(ask, number, name)
    @_BOND_ask, @_BOND_number, @_BOND_name = ask, number, name
  end

  def _BOND_number
    @_BOND_number
  end

  def method_missing(name, *arguments, &block)
    text = name.to_s
    ::Kernel.raise ::NoMethodError, "#{@_BOND_name} of the host has no method '#{text}' that may be called" if text.start_with?('_')
    return @_BOND_ask.call('set', text.chop, arguments) && nil if text.end_with?('=') && arguments.size == 1
    arguments += [block] if block
    if arguments.empty?
      found = @_BOND_ask.call('get', text)
      ::Kernel.raise ::NoMethodError, "#{@_BOND_name} of the host has no method or property '#{text}' that may be used" if found.empty?
      return found[0] unless ::Kernel.instance_method(:respond_to?).bind_call(found[0], :call) || LiveObject === found[0] && found[0].respond_to?(:call)
    end
    @_BOND_ask.call('access', text, arguments)
  end

  def respond_to?(name, _ = false)
    text = name.to_s
    return true if %w[[] []= inspect to_s class == is_a? nil?].include?(text)
    !text.start_with?('_', 'to_') && @_BOND_ask.call('has', text.chomp('='))
  end

  def [](key)
    found = @_BOND_ask.call('item', key)
    ::Kernel.raise (::Integer === key ? ::IndexError : ::KeyError), "#{@_BOND_name} of the host has no item #{key.inspect} that may be used" if found.empty?
    found[0]
  end

  def []=(key, value)
    @_BOND_ask.call('setItem', key, [value])
  end

  def include?(value)
    @_BOND_ask.call('contains', nil, [value])
  end

  def to_s
    found = @_BOND_ask.call('text')
    found.empty? ? inspect : found[0]
  end

  def inspect
    "#<#{@_BOND_name} of the host>"
  end

  def ==(other)
    equal?(other)
  end

  def nil?
    false
  end

  def class
    LiveObject
  end

  def is_a?(kind)
    kind === self
  end

  def hash
    __id__
  end

  def eql?(other)
    equal?(other)
  end
end

module LiveFunction
  def call(*arguments)
    @_BOND_ask.call('call', nil, arguments)
  end

  def to_proc
    live = self
    ::Kernel.lambda { |*arguments| live.call(*arguments) }
  end

  def respond_to?(name, all = false)
    name == :call || name == :to_proc || super
  end
end

module LiveSized
  def size
    @_BOND_ask.call('length')
  end

  def length
    size
  end

  def empty?
    size.zero?
  end

  def respond_to?(name, all = false)
    %i[size length empty?].include?(name) || super
  end
end

module LiveIterable
  include Enumerable

  def each(&block)
    return ::Enumerator.new { |items| each { |item| items << item } } unless block
    @_BOND_ask.call('iterate').each(&block)
    self
  end

  def to_a
    list = []
    each { |item| list << item }
    list
  end

  def respond_to?(name, all = false)
    name == :each || Enumerable.method_defined?(name) || super
  end
end

LIVE_CLASSES = {} # by the flags of what they can do

# An object that the host has lent by a function: the same as long as it is in use, whatever number it is lent by.
def bond_live(number, flags, name, identity)
  @live_objects ||= ObjectSpace::WeakMap.new
  ask = bond_callback(number, flags.include?('h') ? 1 : 0) # which is released if it is not needed
  @identities ||= {}
  known = @identities[identity]
  known = known && known.value
  return known if known
  live = live_class(flags).new(ask, number, name)
  @identities.delete_if { |_, reference| reference.value.nil? } if @identities.size % 1000 == 999
  @identities[identity] = WeakReference.new(live)
  live
end

# A weak reference, which WeakMap makes of any object.
class WeakReference
  def initialize(object)
    @map = ObjectSpace::WeakMap.new
    @map[self] = object
  end

  def value
    @map[self]
  end
end

def live_class(flags)
  LIVE_CLASSES[flags] ||= Class.new(LiveObject) do
    include LiveFunction if flags.include?('c')
    include LiveSized if flags.include?('l')
    include LiveIterable if flags.include?('i')
  end
end

def live_number(live)
  live._BOND_number
end

# The text of arguments, or of a result in a list, and behind it of where in it objects of the host were; the error if there are none.
def encode_with_live(called, values, named, error)
  places = []
  plain = without_live(values, [], places, 0)
  raise error if places.empty?
  return "@[#{encode(plain, 'result')},#{write_json(places)}]" unless called
  "[#{write_json(called)},#{encode(plain, 'args')},#{write_json(places)}#{',true' if named}]"
end

def without_live(value, path, places, depth)
  case value
  when LiveObject
    places << [path, -live_number(value), 'live']
    nil
  when Array
    depth > 300 ? value : value.each_with_index.map { |item, index| without_live(item, path + [index], places, depth + 1) }
  when Hash
    return value if depth > 300 || !keys_of_places?(value)
    value.each_with_object({}) { |(key, item), copy| copy[key_text(key) || key] = without_live(item, path + [key_text(key) || key], places, depth + 1) }
  else value
  end
end
