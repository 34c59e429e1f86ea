# What an interactive session asks Ruby, 2.7 and later. It runs as a block of its own once a session asks.

# Whether more lines are to come. To compile code runs none of it.
def self._BOND_is_unfinished(code, _is_expression = false, _failure = nil)
  RubyVM::InstructionSequence.compile(code)
  code.match?(/[.\\]\s*\z/)
rescue SyntaxError => error
  # As irb has it: what is wrong is that the code ends.
  error.message.match?(/unexpected end-of-input|unterminated|unexpected \$end|embedded document meets end of file|can't find string|expected an? `?.*`? to close|end-of-file|meets end of file/)
rescue StandardError
  false
end

# What the last word of a line may be going to be: that word, and the names that begin with it.
def self._BOND_complete(before)
  path, word = before.match(/((?:[$@]?\w+(?:\.|::))*)([$@]?\w*[?!]?)\z/).captures
  in_front = before[0, before.size - path.size - word.size]
  return [word, []] if in_front.rstrip.end_with?('.', '::')
  names = path.empty? ? _BOND_words(word) : _BOND_members(path)
  names = names.map(&:to_s).select { |name| name.start_with?(word) && !name.match?(/\A\$?_*BOND_/) && name.match?(/\A[$@]?\w+[?!]?\z/) }
  names = names.reject { |name| name.start_with?('_') } unless word.start_with?('_')
  [word, names.uniq.sort]
rescue NameError
  [word || '', []]
end

def self._BOND_words(word)
  return global_variables if word.start_with?('$')
  keywords = %w[
    alias and begin break case class def defined? do else elsif end ensure false for if in module next nil not or redo rescue retry
    return self super then true undef unless until when while yield
  ]
  keywords + TOPLEVEL_BINDING.local_variables + Object.constants + Object.private_instance_methods + private_methods(false)
end

# What a local or global variable, a constant, or what is in one, has. No method is called for it but that of a constant.
def self._BOND_members(path)
  first, *rest = path.scan(/([$@]?\w+)(\.|::)/)
  value = first[0].match?(/\A[$A-Z]/) || TOPLEVEL_BINDING.local_variable_defined?(first[0]) ? TOPLEVEL_BINDING.eval(first[0]) : (return [])
  rest.each { |name, _| value = Module === value && name.match?(/\A[A-Z]/) ? value.const_get(name) : (return []) }
  methods = Kernel.instance_method(:methods).bind_call(value)
  Module === value ? value.constants + methods : methods
end
