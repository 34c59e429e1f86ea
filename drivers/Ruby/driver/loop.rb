# Frames: takes messages, sets them aside, and replies.

# The next message for a frame: verb, frame, request, payload. What belongs to another one waits until it is its turn.
def take(frame)
  while true
    waiting = @aside[frame] unless @aside.empty?
    if waiting
      message = waiting.shift
      @aside.delete(frame) if waiting.empty?
      return message
    end
    line = next_line || leave
    next if line.empty?
    message = line.split(' ', 4)
    return message if message[1] == frame
    set_aside(message)
  end
end

def set_aside(message)
  verb, target, request, payload = message
  case verb
  when 'END' then leave
  when 'BYTES' then begin_block(message)
  when 'RELEASE' then @held.delete(request.to_i)
  when 'INTERRUPT' then @interrupted = Interrupt.new('') if meant?(request, payload) && @depth > 1
  else (@aside[target] ||= []) << message
  end
end

# The host has closed the bond. In the middle of one of its functions, it takes no other calls.
def leave
  @is_cut_off = @depth > 1
  @leaving = SystemExit.new
  raise @leaving
end

# Carries out what the host asks for in this frame, until it replies to the call that opened the frame.
def serve(frame, opening = nil)
  outer = @running
  @depth += 1
  say(opening) if opening # an interrupt that comes from here on has to wait for the reply
  while true
    verb, _, request, payload = take(frame)
    payload ||= ''
    case verb
    when 'RETURN', 'EXCEPT', 'ERROR', 'RETURN_WITH'
      @aside.delete(frame)
      @depth -= 1
      return verb, payload
    when 'PART' then take_part(request, payload)
    else
      @running = request
      kept, @interrupted = @interrupted, nil # it belongs to the code that waits in this frame
      depth = @depth
      message = depth > 1 ? attempt_inside(verb, request, payload) : attempt(verb, request, payload)
      raise @leaving if @leaving
      @depth = depth
      say(message)
      @written.clear unless @written.empty? # of what has not been sent
      @running, @interrupted = outer, @interrupted || kept
    end
  end
end

# Code inside of a host function: other threads may raise there what they may not in the middle of an exchange.
def attempt_inside(verb, request, payload)
  Thread.handle_interrupt(MAY_RAISE) { attempt(verb, request, payload) }
end

# Carries out a request; returns the reply. The handler sets `@busy` when code of the program has its turn.
def attempt(verb, request, payload)
  reply = nil
  begin
    value = perform(verb, payload)
    @busy = false
    reply = reply_with(request, value)
  rescue SystemExit, SignalException => error
    @busy = false
    if Interrupt === error
      reply = conclude(request, error, verb)
    else # `exit`, or a signal such as SIGTERM, ends the program
      @leaving = reply = error
      raise
    end
  rescue Exception => error
    @busy = false
    reply = conclude(request, error, verb)
  end
ensure
  # `throw` and `break` must not lead out of the request, into code that waits for the host.
  unless reply
    @busy = false
    return conclude(request, UncaughtThrowError.new(:throw, nil, 'throw, break or return leads out of what the host has called'), verb)
  end
end

def perform(verb, payload)
  case verb
  when 'CALL' then run_call(payload)
  when 'EVAL' then run_eval(payload)
  when 'EVAL_BLOCK' then run_eval_block(payload)
  when 'EXPORT' then run_export(payload)
  when 'CHAIN' then run_chain(payload)
  when 'EVAL_HOLD' then run_eval_hold(payload)
  when 'CALL_HOLD' then run_call_hold(payload)
  when 'EVAL_BLOCK_HOLD' then run_eval_block(payload)
  else raise NotImplementedError, "there is no request #{verb}"
  end
end

def reply_with(request, value)
  return "RETURN #{request} " if value.equal?(NOTHING)
  return "RETURN #{request} #{say_parts(request, value)}" if @takes_parts && !@live_objects && long?(value)
  "RETURN #{request} #{encode_result(value)}"
end

def encode_result(value)
  return value.text if @has_encoded && Encoded === value
  encode(value)
rescue SerializationException => error
  raise unless @live_objects
  encode_with_live(nil, [value], nil, error)
end

def long?(value)
  case value
  when Array then value.size > 1024
  when String then value.size > 262_144 && value.encoding == UTF_8 && value.valid_encoding?
  else false
  end
end

def conclude(request, error, verb)
  report(request, error, HOLDING.include?(verb))
rescue Exception
  @describing = @busy = false
  "EXCEPT #{request} {\"message\":\"an exception that cannot be described\"}"
end

HOLDING = %w[CHAIN EVAL_HOLD CALL_HOLD EVAL_BLOCK_HOLD].freeze
