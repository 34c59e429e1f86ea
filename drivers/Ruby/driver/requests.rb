# Carries out what the host asks for.

NOTHING = Object.new # no result at all
NAME = /\A[A-Za-z_]\w*[?!]?\z/.freeze

def run_eval(payload)
  code = decode(payload)
  @busy = true
  deliver unless @pending.empty?
  code.is_a?(Array) ? TOPLEVEL.eval(*code) : TOPLEVEL.eval(code, '(eval)', 1)
end

def run_eval_block(payload)
  code = decode(payload)
  @busy = true
  deliver unless @pending.empty?
  code.is_a?(Array) ? TOPLEVEL.eval(*code) : TOPLEVEL.eval(code, '(evalBlock)', 1)
  NOTHING
end

def run_call(payload)
  name, arguments, references, named = decode(payload)
  add_parts(@running, arguments) if @parts
  @busy = true
  deliver unless @pending.empty?
  put_references(references, arguments, named) if references && !references.empty?
  named = named && !named.empty? ? named.transform_keys(&:to_sym) : nil
  if !named && !(Proc === arguments.last) && NAME.match?(name) && MAIN_RESPONDS.call(name, true)
    return MAIN.__send__(name, *arguments)
  end
  call_named(name, arguments, named)
end

def run_export(payload)
  given = decode(payload)
  @busy = true
  export(*given)
  NOTHING
end
