#: lazy
# A process between the host and the driver, where no signal of the host reaches this one.

# One that does nothing else reads the host's lines in front of this process, and sends the signal. When the host is gone, it ends
# this process, which may be too busy to look.
def stand_behind_relay
  inner, outer = IO.pipe
  busy_one = Process.pid
  child = fork do
    fork do # its parent is gone, so that no `wait` of the program finds it
      inner.close
      relay(outer, busy_one)
    rescue SystemCallError, IOError
      nil
    ensure
      Process.exit!(0)
    end
    Process.exit!(0)
  end
  Process.wait(child)
  outer.close
  @in.close
  @in = inner
end

def gone?(process)
  Process.kill(0, process)
  false
rescue Errno::ESRCH
  true
rescue Errno::EPERM
  false
end

def relay(outer, busy_one)
  [STDOUT, STDERR, @out].each { |stream| stream.reopen(File::NULL, 'w') }
  Signal.trap('INT', 'IGNORE')
  Signal.trap('URG', 'IGNORE')
  waiting, seam, urgent = ''.b, "\n".b, false
  while true
    readable, = IO.select([@in], waiting.empty? ? nil : [outer], nil, 0.2)
    return if gone?(busy_one)
    if readable && readable.include?(@in)
      begin
        portion = @in.sysread(65_536)
      rescue EOFError
        break
      end
      waiting << portion
      urgent ||= (seam + portion).include?("\nINTERRUPT ")
      seam = (seam + portion)[-10..-1] || seam + portion
    end
    done = waiting.empty? ? nil : outer.write_nonblock(waiting, exception: false)
    waiting = waiting.byteslice(done, waiting.bytesize) if done.is_a?(Integer)
    if urgent
      Process.kill('URG', busy_one)
      urgent = !waiting.empty? # the line may still be among it
    end
  end
  outer.close
  20.times do
    sleep(0.05)
    return if gone?(busy_one)
  end
  Process.kill('KILL', busy_one)
end
