# Handlers of the program's signals: they wait where the driver does something that must not be cut short.

GUARDED = {}.compare_by_identity # what the program has given as a handler, by what is the handler

# Stands for `trap`, so that handlers of the program, which may raise, or call the host, run when its code has its turn.
def guard_signals
  driver, set = self, Signal.method(:trap)
  stop = proc { on_interrupt }
  GUARDED[stop] = 'DEFAULT'
  set.call('INT', &stop)
  set.call('URG') { on_notice }
  trap = proc do |signal, command = nil, &block|
    handler = block || command
    driver.unguarded(set.call(signal, RESPONDS.bind_call(handler, :call) ? driver.guarded(handler) : handler))
  end
  Signal.define_singleton_method(:trap, &trap)
  Kernel.define_singleton_method(:trap, &trap)
  Kernel.send(:define_method, :trap, &trap)
  Kernel.send(:private, :trap)
end

def guarded(handler)
  driver = self
  guard = proc { |number| driver.on_signal(handler, number) }
  GUARDED[guard] = handler
  guard
end

def unguarded(known)
  GUARDED.fetch(known, known)
end

def on_signal(handler, number)
  return handler.call(number) if @busy
  @pending[number] = handler
  deliver_in_wait if @waiting
end

# Runs the handlers that had to wait, in the place of code that goes on, or begins.
def deliver
  until @pending.empty?
    number, handler = @pending.shift
    handler.call(number)
  end
end

# Runs them while the host is waited for. What they raise is for code that waits, if there is some.
def deliver_in_wait
  @waiting, @busy = false, true
  deliver
rescue SystemExit => error
  @leaving = error
  raise
rescue Exception => error
  @depth > 1 ? @interrupted = error : warn(error.full_message(highlight: false))
ensure
  @waiting, @busy = true, false
end
