# Reads the lines of the host.

SHORT_READ = 4096 # to make room for more takes longer than to read a short line
LONG_READ = 262_144

# The next line, or nil at the end.
def next_line
  while @lines.empty?
    portion = read_portion
    return nil unless portion
    # As most are: a line, and nothing else. The heading of a block has no frame, and is met like a line without one.
    return portion.chop! if portion.index("\n") == portion.bytesize - 1 && @partial.empty? && !@block
    feed(portion)
  end
  @lines.shift
end

# A signal that comes before this waits is dealt with before; one that comes later interrupts the wait.
def read_portion
  @waiting = true
  deliver_in_wait unless @pending.empty?
  @in.sysread(@partial.empty? && !@block ? SHORT_READ : LONG_READ)
rescue EOFError
  nil
rescue Errno::EAGAIN
  IO.select([@in])
  retry
rescue Errno::EINTR
  retry
ensure
  @waiting = false
end

# Cuts what has been read into lines and blocks.
def feed(portion)
  until portion.empty?
    if @block
      portion = fill_block(portion)
      next
    end
    stop = portion.index("\n")
    return @partial << portion unless stop
    line = portion.byteslice(0, stop)
    portion = portion.byteslice(stop + 1, portion.bytesize)
    unless @partial.empty?
      line = (@partial << line).join
      @partial = []
    end
    line.start_with?('BYTES ') ? begin_block(line.split(' ', 4)) : @lines << line
  end
end
