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

# Whether a line among the bytes that have come interrupts; the end of the text before what comes next, and how many bytes of a block that
# begins with: they are no lines, and to look for some takes longer than to pass them on.
def sift(portion, seam, raw)
  interrupts, place = false, 0
  while place < portion.bytesize
    if raw > 0
      skipped = [raw, portion.bytesize - place].min
      raw, place = raw - skipped, place + skipped
      next
    end
    text = seam + portion.byteslice(place, portion.bytesize)
    heading = text.index("\nBYTES ")
    last = heading && text.index("\n", heading + 1)
    stop = last ? last + 1 : text.bytesize
    found = text.index("\nINTERRUPT ", [0, seam.bytesize - 10].max)
    interrupts ||= found && found < stop
    place += stop - seam.bytesize
    raw = last ? text.byteslice(heading, stop - heading).split(' ')[3].to_i : 0
    seam = last ? "\n".b : text[-SEAM..-1] || text
  end
  [interrupts, seam, raw]
end

SEAM = 64 # bytes that the line in front of a block may have

def relay(outer, busy_one)
  [STDOUT, STDERR, @out].each { |stream| stream.reopen(File::NULL, 'w') }
  Signal.trap('INT', 'IGNORE')
  Signal.trap('URG', 'IGNORE')
  waiting, seam, raw, urgent = [], "\n".b, 0, false
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
      interrupts, seam, raw = sift(portion, seam, raw)
      urgent ||= interrupts
    end
    done = waiting.empty? ? nil : outer.write_nonblock(waiting.first, exception: false)
    if done.is_a?(Integer)
      first = waiting.shift
      waiting.unshift(first.byteslice(done, first.bytesize)) if done < first.bytesize
    end
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
