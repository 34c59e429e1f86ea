# The bond driver for Ruby: evaluation, calls both ways, recursion, exceptions, exact JSON.
require 'json'

# The driver's only name; what it defines lies inside.
$_BOND_driver = Module.new
class << $_BOND_driver
  # ---- Streams

  def start
    settings = JSON.parse($stdin.gets.delete_prefix('OPEN '))
    @mark, @requests, @output = settings['mark'], $stdin.dup, $stdout.dup
    $stdin.reopen(File::NULL)
    $stdout.sync = true
    @request = @calls = 0
    @set_aside = Hash.new { |frames, frame| frames[frame] = [] }
    protocol = (settings['protocols'] & ['JSON']).first
    say("READY #{JSON.generate(protocol: protocol, version: RUBY_VERSION, pid: Process.pid, interrupt: nil)}")
    serve(0)
  end

  # Writes one message. Its pieces are so short that the kernel writes each as a whole: no output gets into one.
  def say(text)
    pieces = text.b.scan(/.{1,4000}/mn)
    last = pieces.pop
    pieces.each { |piece| @output.syswrite("#{@mark}+".b + piece + "\n") }
    @output.syswrite("#{@mark} ".b + last + "\n")
  end

  # ---- Values

  def decode(payload)
    JSON.parse(payload, max_nesting: false)
  rescue JSON::ParserError => error
    raise self::SerializationException, "what the host has sent: #{error.message}"
  end

  def encode(value, path)
    check(value, path)
    JSON.generate(value, max_nesting: false)
  end

  # Exact or an error: without this, an object would become its text.
  def check(value, path)
    case value
    when nil, true, false, Integer then nil
    when Float then refuse(value, path) unless value.finite?
    when String then refuse('text that is not UTF-8', path) unless value.encode('UTF-8').valid_encoding?
    when Array then value.each_with_index { |item, index| check(item, "#{path}[#{index}]") }
    when Hash
      value.each do |key, item|
        refuse("a key of the class #{key.class}", path) unless key.is_a?(String)
        check(item, "#{path}.#{key}")
      end
    else refuse("a value of the class #{value.class}", path)
    end
  end

  def refuse(what, path) = raise(self::SerializationException, "#{path}: JSON cannot carry #{what}")

  # ---- Exceptions

  # What an exception says, whatever its methods do.
  def describe(error)
    return { message: error.message, call: error.call } if error.is_a?(self::SerializationException)
    return { message: error.message, type: error.type, call: error.call } if error.is_a?(self::RemoteException)
    { message: text_of(error), type: error.class.name }
  end

  def text_of(error)
    error.message.to_s.encode('UTF-8').scrub
  rescue StandardError
    'an exception whose message cannot be read'
  end

  # ---- Functions of the host

  def export(name)
    raise NameError, "a function cannot be called '#{name}'" unless name.match?(/\A[a-z_]\w*\z/)
    driver = self
    Object.define_method(name) { |*args| driver.call_host(name, args) }
    nil
  end

  def call_host(name, args)
    payload = encode([name, args], 'args')
    id = @calls += 1
    say("CALL #{id} #{@request} #{payload}")
    verb, payload = serve(id)
    value = decode(payload)
    return value if verb == 'RETURN'
    kind = verb == 'ERROR' ? self::SerializationException : self::RemoteException
    raise kind.new(value['message']).tap { |error| error.type, error.call = value['type'], id }
  end

  # ---- Requests

  def carry_out(verb, id, payload)
    outer, @request = @request, id
    say("RETURN #{id} #{perform(verb, decode(payload))}")
  rescue SystemExit
    raise
  rescue self::SerializationException => error
    say("ERROR #{id} #{JSON.generate(describe(error))}")
  rescue Exception => error
    say("EXCEPT #{id} #{JSON.generate(describe(error))}")
  ensure
    @request = outer
  end

  def perform(verb, what)
    case verb
    when 'EVAL' then encode(TOPLEVEL_BINDING.eval(what, 'eval'), 'the result')
    when 'EVAL_BLOCK' then TOPLEVEL_BINDING.eval(what, 'evalBlock') && nil
    when 'EXPORT' then export(what)
    when 'CALL' then encode(call(*what), 'the result')
    end
  end

  # The name of a function, or an expression that evaluates to something that can be called.
  def call(name, args)
    main = TOPLEVEL_BINDING.receiver
    return main.send(name, *args) if name.match?(/\A\w+[?!]?\z/) && main.respond_to?(name, true)
    TOPLEVEL_BINDING.eval(name).call(*args)
  end

  # ---- Loop

  # Carries out the requests of a frame until the reply to the call comes that has opened it.
  def serve(frame)
    loop do
      verb, id, payload = next_message(frame)
      return [verb, payload] if id == 0
      carry_out(verb, id, payload)
    end
  end

  # The next message of a frame; those of other frames wait until it is their turn.
  def next_message(frame)
    while @set_aside[frame].empty?
      verb, of, id, payload = (@requests.gets || exit).chomp.force_encoding('UTF-8').split(' ', 4)
      exit if verb == 'END'
      @set_aside[of.to_i] << [verb, id.to_i, payload] unless of == '-'
    end
    @set_aside[frame].shift
  end
end
$_BOND_driver::RemoteException = Class.new(StandardError) { attr_accessor :type, :call }
$_BOND_driver::SerializationException = Class.new($_BOND_driver::RemoteException)
$_BOND_driver.start
