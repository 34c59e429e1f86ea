# Reads and writes plain JSON, by the parser and the generator in C.

WRITER = State.new(max_nesting: 0)

def read_json(text)
  Parser.new(text, max_nesting: 0, create_additions: false).parse
end

def write_json(value)
  WRITER.generate(value)
end
