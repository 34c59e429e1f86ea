#: lazy
# Does what the host wants done with an object, link by link.

def run_chain(payload)
  start, links = decode(payload)
  @busy = true
  deliver unless @pending.empty?
  @failed_link = []
  value = follow(start, links)
  return with_held(value) unless links.empty?
  @busy = false
  @has_encoded = true
  Encoded.new("[[null],#{encode([[[0], keep(value), described(value)]])}]")
end

# What a chain comes to, from code, or from what is imported.
def follow(start, links)
  value = String === start ? referred(start) : imported(start[1])
  links.each_with_index do |link, index|
    value = linked(value, *link)
  rescue Exception
    @failed_link.unshift(index)
    raise
  end
  value
end

def linked(value, kind, name = nil, arguments = [], references = [], named = nil)
  return bond_get(value, name) if kind == 'get'
  references.each_with_index do |reference, index|
    put_references([reference], arguments, named)
  rescue Exception
    @failed_link.unshift(index)
    raise
  end
  named = named && !named.empty? ? named.transform_keys(&:to_sym) : nil
  case kind
  when 'item' then item_of(value, arguments)
  when 'invoke' then invoke(value, name, arguments, named)
  when 'new' then call_new(value, arguments, named)
  else apply(value, arguments, named)
  end
end

def item_of(value, keys)
  Hash === value && String === keys[0] ? value[key_in(value, keys[0])] : value[*keys]
end

# A class or module by its name, of which a library may have to be loaded; or what a library of that name defines.
def imported(name)
  is_constant = name.match?(/\A[A-Z]\w*(::[A-Z]\w*)*\z/)
  return constant(name) if is_constant && constant?(name)
  library = is_constant ? name.gsub('::', '/').gsub(/(?<=[a-z\d])(?=[A-Z])/, '_').downcase : name
  begin
    TOPLEVEL.eval("require #{library.dump}")
  rescue LoadError
    raise unless is_constant
    raise NameError, "there is no class or module #{name}, and no library #{library}"
  end
  is_constant ? constant(name) : constant_like(name)
end

def constant?(name)
  constant(name)
  true
rescue NameError
  false
end

# The module that a library is called after: `net/http` defines Net::HTTP, `json` JSON.
def constant_like(library)
  library.split('/').inject(Object) do |place, part|
    plain = part.delete('_-').downcase
    found = place.constants.find { |name| name.to_s.delete('_').downcase == plain }
    raise NameError, "the library #{library} is loaded, and defines no module of that name: import what it defines" unless found
    place.const_get(found)
  end
end
