#: lazy
# Runs a file as a program, and puts functions of the host in the place of those that it defines, or what it loads.

ORIGINALS = {} # what has been replaced, by name: the module with the replacement, and the name of the method

# Runs a file; returns the names of those that nothing has defined, and of what could have been meant.
def bond_load(file, replacements)
  path = File.expand_path(file)
  text = File.binread(path).force_encoding(UTF_8)
  loading = Loading.new(self, replacements)
  Kernel.eval('$0 = path', binding) # as Ruby does for a program
  provide_data(path, text)
  loading.watch { TOPLEVEL.eval(text, path, 1) }
  [loading.missing, loading.missing.empty? ? [] : loading.known(path)]
end

# What stands behind `__END__` can be read from DATA.
def provide_data(path, text)
  line = text.match(/^__END__\r?(\n|\z)/)
  return unless line
  data = File.open(path)
  data.seek(text.byteslice(0, text.bytesize).b.index(line[0].b, line.pre_match.bytesize) + line[0].bytesize)
  Object.send(:remove_const, :DATA) if Object.const_defined?(:DATA, false)
  Object.const_set(:DATA, data)
end

# Calls what has been replaced by that name. A method has its instance as the first argument.
def bond_original(name, *arguments)
  kind, owner, method, = ORIGINALS.fetch(name) { raise NameError, "nothing has been replaced by the name #{name}" }
  instance = kind == :function ? MAIN : kind == :singleton ? owner : arguments.shift
  above = METHOD_OF.bind_call(instance, method)
  above = above.super_method until above.nil? || above.owner.equal?(ORIGINALS[name][3])
  above = above&.super_method
  raise NameError, "#{name} has been replaced before it was defined" unless above
  above.call(*arguments)
end

ruby2_keywords :bond_original

# What is replaced by one load. A module that stands before a class has the replacements, so that they are there as soon as the class is.
class Loading
  NAME = /\A(?:([A-Z]\w*(?:::[A-Z]\w*)*)(\.|::|#))?([[:alpha:]_]\w*[?!=]?)\z/.freeze

  def initialize(driver, replacements)
    @driver = driver
    @parts = {}
    @done = {}
    replacements.each do |name, function|
      parts = name.match(NAME)
      @parts[name] = [parts && parts[1], parts && parts[2], parts && parts[3], function]
    end
  end

  # Replaces what is there, and then whatever is defined while the code runs.
  def watch(&run)
    return run.call if @parts.empty?
    @parts.each { |name, (place, _, method, function)| put(name, :function, Object, method, function) if method && !place }
    look
    trace = TracePoint.new(:class) { look }
    begin
      trace.enable(&run)
    ensure
      look
      restore_visibility
    end
  end

  # Puts replacements before the classes that have come meanwhile.
  def look
    @parts.each do |name, (place, separator, method, function)|
      next unless place && !@done[name]
      owner = found(place)
      next unless Module === owner
      put(name, :method, owner, method, function) unless separator == '.'
      put(name, :singleton, owner, method, function) unless separator == '#'
      @done[name] = true
    end
  end

  def found(path)
    path.split('::').inject(Object) do |place, name|
      return nil if place.autoload?(name) || !place.const_defined?(name, place.equal?(Object))
      place.const_get(name)
    end
  end

  def put(name, kind, owner, method, function)
    target = kind == :singleton ? owner.singleton_class : owner
    loading = self
    replacement = Module.new do
      define_method(method) do |*arguments, &block|
        loading.call(name, kind, owner, self, method, function, arguments, block)
      end
      ruby2_keywords(method)
    end
    replacement.send(:private, method) if kind == :function
    target.send(:prepend, replacement)
    ((@placed ||= {})[name] ||= []) << [kind, owner, method, replacement]
  end

  def call(name, kind, owner, instance, method, function, arguments, block)
    placed = @placed[name].find { |entry| entry[0] == kind }
    return missing_method(instance, method, placed, arguments, block) unless defined_below?(placed)
    ORIGINALS[name] = placed
    kind == :method ? @driver.call_method_of_host(function, method, instance, arguments, block) : @driver.call_host(method, arguments, lent: @driver.number_of(function), block: block, is_holding: true)
  end

  # `Name::method` may be a method of the class or of its instances: the module before the other one is passed.
  def missing_method(instance, method, placed, arguments, block)
    above = METHOD_OF.bind_call(instance, method)
    above = above.super_method until above.nil? || above.owner.equal?(placed[3])
    above = above && above.super_method
    return above.call(*arguments, &block) if above
    Kernel.raise NoMethodError, "undefined method `#{method}' for #{instance.inspect}"
  end

  # Whether the class, or what it is derived from, defines what is replaced.
  def defined_below?((kind, owner, method, replacement))
    target = kind == :singleton ? owner.singleton_class : owner
    found = ANCESTORS_OF.bind_call(target).drop_while { |base| !base.equal?(replacement) }.drop(1)
    found = found.take_while { |base| base.equal?(target) || !(Class === base) || kind == :singleton } unless kind == :method
    found.any? { |base| base.method_defined?(method, false) || base.private_method_defined?(method, false) }
  end

  def missing
    @parts.each_key.select do |name|
      placed = (@placed ||= {})[name] || []
      found = placed.select { |entry| defined_below?(entry) }
      ORIGINALS[name] = found.first if found.any?
      found.empty?
    end
  end

  # What was private is private again.
  def restore_visibility
    (@placed || {}).each_value do |entries|
      entries.each do |kind, owner, method, replacement|
        target = kind == :singleton ? owner.singleton_class : owner
        replacement.send(:private, method) if private_below?(target, method, replacement)
      end
    end
  end

  def private_below?(target, method, replacement)
    ANCESTORS_OF.bind_call(target).drop_while { |base| !base.equal?(replacement) }.drop(1).each do |base|
      return true if base.private_method_defined?(method, false)
      return false if base.method_defined?(method, false)
    end
    false
  end

  # The names of what the file defines.
  def known(path)
    names = Object.private_instance_methods(false).select { |name| from?(Object.instance_method(name), path) }.map(&:to_s)
    ObjectSpace.each_object(Module) do |owner|
      owner_name = NAME_OF.bind_call(owner)
      next if owner_name.nil? || owner.equal?(Object)
      own = owner.instance_methods(false) + owner.private_instance_methods(false)
      names.concat(own.select { |name| from?(owner.instance_method(name), path) }.map { |name| "#{owner_name}##{name}" })
      names.concat(owner.singleton_methods(false).select { |name| from?(owner.method(name), path) }.map { |name| "#{owner_name}.#{name}" })
    end
    names.sort.uniq
  end

  def from?(method, path)
    method = method.super_method while method.owner.name.nil? && method.respond_to?(:super_method) && method.super_method
    method.source_location && method.source_location[0] == path
  end
end
