# Runs the other files of the driver: those that are lazy when a method of theirs is first called. STAGE1 has run this one in a
# class of its own, whose one object is the driver. `$_BOND_driver` has the text of all files.

# The driver has no methods of Object: those include what your program defines at its top level. It has Kernel's.
include ::Kernel

# What your program may replace is kept: a name without `::` means what it has meant at the start.
%i[
  ARGV Array BasicObject Binding Class Comparable Encoding Enumerable Enumerator EOFError Errno Exception Fiber File Float GC Hash IO
  IndexError Integer Interrupt Kernel KeyError LocalJumpError LoadError Method Module NameError NoMethodError NotImplementedError
  Object ObjectSpace Proc Process Range RangeError Regexp ScriptError Signal SignalException StandardError StopIteration String
  Struct Symbol SyntaxError SystemExit SystemStackError Thread ThreadError Time TracePoint TypeError UnboundMethod ArgumentError
  RuntimeError FrozenError IOError SystemCallError UncaughtThrowError NilClass TrueClass FalseClass
].each { |name| const_set(name, ::Object.const_get(name)) }
require 'json'
JSON = ::JSON
const_set(:Parser, JSON::Parser)
const_set(:State, JSON::State)
UTF_8, BINARY, US_ASCII = Encoding::UTF_8, Encoding::BINARY, Encoding::US_ASCII
MAIN = ::TOPLEVEL_BINDING.receiver
TOPLEVEL = ::TOPLEVEL_BINDING
STDOUT, STDERR, STDIN = ::STDOUT, ::STDERR, ::STDIN

# What is asked of objects that cannot be trusted.
CLASS_OF = Kernel.instance_method(:class)
NAME_OF = Module.instance_method(:name)
SEND = Kernel.instance_method(:public_send)
METHOD_OF = Kernel.instance_method(:method)
RESPONDS = Kernel.instance_method(:respond_to?)
MAIN_RESPONDS = RESPONDS.bind(MAIN)
INTEGER_TEXT = Integer.instance_method(:to_s)
ID_OF = BasicObject.instance_method(:__id__)
ANCESTORS_OF = Module.instance_method(:ancestors)

DRIVER = self
NAMES = {}.compare_by_identity # of classes that have no constant of their name
LAZY = {}      # the text of each file that has not been needed yet, by name

def self.run_files(text)
  parts = text.force_encoding(UTF_8).split("\n#: ")
  parts.shift
  parts.each do |part|
    heading, text = part.split("\n", 2)
    kind, name = heading.split(' ')
    kind == 'lazy' ? put_off(name, text) : run_file(name, text)
  end
end

# Texts in the code are frozen, so that they are made once.
def self.run_file(name, text)
  class_eval("# frozen_string_literal: true\n#{text}", "<bond driver: #{name}>", 1)
end

# Methods that load the file first. Everything else in a lazy file is reached through a method.
def self.put_off(name, text)
  LAZY[name] = text
  text.scan(/^def (\w+[?!=]?)/) do |(method)|
    define_method(method) do |*arguments, &block|
      load_file(name)
      __send__(method, *arguments, &block)
    end
    ruby2_keywords(method)
  end
end

# Constants of lazy files are found like methods.
def self.const_missing(name)
  file, = LAZY.find { |_, text| text.match?(/^(class |module )?#{name}\b( =| <|$)/) }
  return super unless file
  ONE.load_file(file)
  const_get(name)
end

# Runs a lazy file; interrupts wait meanwhile, and leave no half of it behind.
def load_file(name)
  was_busy, @busy = @busy, false
  text = LAZY.delete(name)
  DRIVER.run_file(name, text) if text
ensure
  @busy = was_busy
end

source, $_BOND_driver = $_BOND_driver, nil
ONE = allocate
run_files(source)
ONE.start
