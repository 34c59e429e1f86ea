# Tells the host of whatever is raised, and trusts nothing of what it says of itself.

LONGEST_TEXT = 2**22 # of a message or a traceback, in characters

# A function of the host failed. `data` is what it threw, or the text of it.
class RemoteException < StandardError
  attr_reader :data, :type, :stack
  attr_accessor :_BOND_call

  def initialize(message = nil, data = message, type = nil, stack = nil)
    super(message)
    @data, @type, @stack = data, type, stack
  end
end

# A value cannot cross to the host, or from it.
class SerializationException < TypeError
  attr_accessor :_BOND_call
end

# A class that has no constant shows a name nevertheless.
def self.give_name(kind, text)
  NAMES[kind] = text
  %i[name to_s inspect].each { |method| kind.define_singleton_method(method) { equal?(kind) ? text : super() } }
end

give_name(RemoteException, '_BOND_RemoteException')
give_name(SerializationException, '_BOND_SerializationException')

def message_of(error)
  in_words(error.message)
rescue Exception
  "(#{name_of(CLASS_OF.bind_call(error))}, whose text cannot be had)"
end

# Any text as valid Unicode.
def in_words(text)
  text = String === text ? String.new(text) : String.new(text.to_s)
  text = text.encoding == BINARY ? text.force_encoding(UTF_8).scrub : text.encode(UTF_8, invalid: :replace, undef: :replace).scrub
  text.size > LONGEST_TEXT ? "#{text[0, LONGEST_TEXT / 2]} [...] #{text[-LONGEST_TEXT / 2, LONGEST_TEXT]}" : text
end

# The reply for an exception.
def report(request, error, is_held)
  @describing = true
  message = message_of(error)
  @describing = false
  return "ERROR #{request} #{write_json('message' => message, 'call' => error._BOND_call)}" if SerializationException === error
  describe(request, error, message, is_held)
end
