# Reads and writes plain JSON, by the parser and the generator in C.

WRITER = State.new(max_nesting: 0)

def read_json(text)
  Parser.new(text).parse
rescue JSON::NestingError # options take a third of the time of a short text
  Parser.new(text, max_nesting: 0).parse
end

def write_json(value)
  WRITER.generate(value)
end
