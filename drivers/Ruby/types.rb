# What there is in a file or a module, by reflection, and by the comments of YARD and of RBS. It is loaded, which runs it.
def self._BOND_types(name)
  describe = Class.new do
    def table
      {
        'String' => 'string', 'Integer' => 'number', 'Float' => 'number', 'Numeric' => 'number', 'Boolean' => 'boolean', 'bool' => 'boolean',
        'true' => 'true', 'TrueClass' => 'true', 'false' => 'false', 'FalseClass' => 'false', 'nil' => 'null', 'NilClass' => 'null',
        'void' => 'null', 'untyped' => 'unknown', 'Object' => 'unknown', 'Time' => 'Date', 'DateTime' => 'Date', 'Array' => 'Array',
        'Set' => 'Set', 'Hash' => 'Record<string, unknown> | Map<unknown, unknown>', 'Proc' => 'Function', 'Method' => 'Function'
      }
    end

    def initialize(name)
      @lines = {}
      @path = File.file?(name) ? File.realpath(name) : nil
      @name = name
      load_it
    end

    def load_it
      before = known
      if @path
        require @path
        @code = "require #{@path.dump}"
      else
        @root = Object.const_get(@name)
        @code = ''
      end
      after = known
      @functions = after[0] - before[0]
      @modules = @root ? [@root] : after[1] - before[1]
      return unless @path
      own = @functions.select { |each| from_file?(Object.instance_method(each)) }
      owned = @modules.select { |each| methods_of(each).any? { |method| from_file?(method) } || record?(each) }
      @functions, @modules = own, owned unless own.empty? && owned.empty?
    end

    def known
      [Object.private_instance_methods(false), ObjectSpace.each_object(Module).select { |each| each.name && !each.singleton_class? }]
    end

    def record?(owner)
      Class === owner && owner < Struct
    end

    def methods_of(owner)
      owner.instance_methods(false).map { |name| owner.instance_method(name) } + owner.singleton_methods(false).map { |name| owner.method(name) }
    end

    def from_file?(method)
      method.source_location && method.source_location[0] == @path
    end

    def description
      @known = @modules.select { |each| Class === each && !(each <= Exception) }.map { |each| [each.name, each.name.split('::').last] }.to_h
      functions = @functions.sort.map { |name| function(name.to_s, Object.instance_method(name)) }
      @modules.sort_by(&:name).each do |owner|
        owner.singleton_methods(false).sort.each { |name| functions << function("#{owner.name}.#{name}", owner.method(name)) unless hidden?(name) }
      end
      classes = @modules.select { |each| Class === each && !(each <= Exception) }.sort_by(&:name).map { |each| a_class(each) }
      { 'load' => @code, 'functions' => functions, 'classes' => classes }
    end

    def hidden?(name)
      name.to_s.start_with?('_') || !name.to_s.match?(/\A\w+[?!]?\z/)
    end

    def a_class(kind)
      names = kind.public_instance_methods(false).sort.reject { |name| hidden?(name) }
      fields, methods = names.partition { |name| attribute?(kind.instance_method(name)) }
      {
        'name' => kind.name, 'doc' => '', 'isRecord' => false, 'imports' => kind.name,
        'constructs' => function(kind.name, kind.instance_method(:initialize)).merge('returns' => ''),
        'methods' => methods.map { |name| function(name.to_s, kind.instance_method(name)) },
        'properties' => fields.map { |name| property(kind, name) }
      }
    end

    # What `attr_reader` or a struct has made, or what takes nothing and says what it returns.
    def attribute?(method)
      method.arity.zero? && (method.owner < Struct || comment_and_line(method)[1].to_s.match?(/^\s*attr_(reader|accessor)\b/))
    end

    def property(kind, name)
      tags = tags_of(kind.instance_method(name))
      { 'name' => name.to_s, 'type' => tags[:returns] || '', 'doc' => tags[:doc], 'optional' => false }
    end

    def function(name, method)
      tags = tags_of(method)
      parameters = method.parameters.each_with_index.map { |(kind, given), index| parameter(kind, given, index, tags) }.compact
      doc = tags[:doc]
      doc += "\n\nTakes further arguments by name: `kwargs`." if method.parameters.any? { |kind, _| kind == :keyrest }
      { 'name' => name, 'doc' => doc.strip, 'parameters' => parameters, 'returns' => tags[:returns] || '', 'takesNames' => method.parameters.any? { |kind, _| %i[key keyreq keyrest].include?(kind) } }
    end

    def parameter(kind, given, index, tags)
      name = given.nil? || given.to_s.match?(/\A[*&]+\z/) ? "arg#{index}" : given.to_s
      sort = { req: 'plain', opt: 'optional', rest: 'rest', keyreq: 'named', key: 'optional-named', block: 'optional' }[kind]
      return nil unless sort
      type = tags[:types][name] || tags[:positional][index] || ''
      type = 'Function' if kind == :block && type.empty?
      note = %i[keyreq key].include?(kind) ? 'by name' : kind == :block ? 'a block: `callback`' : ''
      { 'name' => name, 'type' => type, 'kind' => sort, 'note' => note, 'isPositional' => !%i[keyreq key].include?(kind) }
    end

    # What the comment in front of a method says: YARD's @param and @return, or the types of RBS behind `#:`.
    def tags_of(method)
      comment, = comment_and_line(method)
      tags = { doc: '', types: {}, positional: [], returns: nil }
      comment.each { |line| read_line(line, tags) }
      tags[:doc] = tags[:doc].strip
      tags
    end

    def read_line(line, tags)
      case line
      when /\A@param\s+(?:\[(.*?)\]\s+)?(\w+)(?:\s+\[(.*?)\])?/ then tags[:types][$~[2]] = type($~[1] || $~[3] || '')
      when /\A@return\s+\[(.*?)\]/ then tags[:returns] = type($1)
      when /\A:\s*\(?(.*?)\)?\s*(?:\{.*\}\s*)?->\s*(.*)\z/
        taken, returned = $~.captures
        tags[:positional] = split(taken).map { |each| type(each.sub(/\s+\w+\z/, '').sub(/\A\??\*{0,2}(\w+:\s)?/, '')) }
        tags[:returns] = type(returned)
      when /\A@/ then nil
      else tags[:doc] += "#{line}\n"
      end
    end

    # The lines of the comment in front of a method, and the line where it is defined.
    def comment_and_line(method)
      file, number = method.source_location
      return [[], nil] unless file && File.file?(file)
      lines = (@lines[file] ||= File.readlines(file, encoding: 'UTF-8').map(&:scrub))
      first = number - 1
      first -= 1 while first > 0 && lines[first - 1].match?(/^\s*#/)
      [(lines[first...number - 1] || []).map { |line| line.strip.sub(/\A#\s?/, '') }, lines[number - 1]]
    end

    # A type as TypeScript writes it, from one of YARD or RBS.
    def type(text)
      parts = split(text, /[,|]/).map(&:strip).reject(&:empty?).map { |each| one_type(each) }.uniq
      parts.empty? ? '' : parts.join(' | ')
    end

    def one_type(text)
      return "#{one_type(text.chomp('?'))} | null" if text.end_with?('?') && text.size > 1
      case text
      when /\A(?:Array|Enumerable|Set)\s*[<\[\(](.*)[>\]\)]\z/m then "#{text.start_with?('Set') ? 'Set' : 'Array'}<#{type($1)}>"
      when /\AHash\s*[{<\[]\s*(.*?)\s*(?:=>|,)\s*(.*?)\s*[}>\]]\z/m
        key, value = $~.captures
        key == 'Symbol' ? "Record<string, #{type(value)}>" : type(key) == 'string' ? "Record<string, #{type(value)}>" : "Map<#{type(key)}, #{type(value)}>"
      when /\A:\w+\z/ then 'Opaque'
      else table[text] || @known && @known[text] || (text.match?(/\A[A-Z]/) ? 'Opaque' : 'unknown')
      end
    end

    # Splits at commas that are not inside of brackets.
    def split(text, separator = /,/)
      depth, parts = 0, [+'']
      text.each_char do |letter|
        depth += 1 if '<[{('.include?(letter)
        depth -= 1 if '>]})'.include?(letter) && !(letter == '>' && parts.last.end_with?('='))
        depth.zero? && letter.match?(separator) ? parts << +'' : parts.last << letter
      end
      parts.reject { |each| each.strip.empty? }
    end
  end
  describe.new(name).description
end
