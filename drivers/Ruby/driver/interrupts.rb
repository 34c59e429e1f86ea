# Stops what the host no longer wants.

# Somebody at a terminal, say, has interrupted this process.
def on_interrupt
  raise Interrupt, '' if @busy || @describing
  @interrupted = Interrupt.new('') if @depth > 1 # code that waits for the host will hear of it when it goes on
end

# The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one.
def on_notice
  return unless @busy || @describing
  was_busy, @busy = @busy, false
  begin
    is_stopped = find_notices
  ensure
    @busy = was_busy
  end
  raise Interrupt, '' if is_stopped
end

# Whether an interrupt has come for what is being carried out.
def find_notices
  while IO.select([@in], nil, nil, 0)
    begin
      feed(@in.sysread(65_536))
    rescue EOFError
      break
    end
  end
  notices, @lines = @lines.partition { |line| line.start_with?('INTERRUPT ') }
  notices.count { |line| meant?(*line.split(' ', 4).drop(2)) } > 0
end

# Whether an interrupt is for what is being carried out, and new. Then the host is told that it has been noticed.
def meant?(request, serial)
  return false if request != @running || serial.to_i <= @last_interrupt
  @last_interrupt = serial.to_i
  say("INTERRUPTED #{@last_interrupt}")
  true
end
