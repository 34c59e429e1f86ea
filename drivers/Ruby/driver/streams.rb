# The ways to the host and the program's own: what is said goes to the host, and what is printed goes out immediately.



# Keeps a duplicate of each stream: whatever the program does to its own leaves the conversation alone.
def open_streams(mark)
  @last_piece, @more_pieces, @announcement = "#{mark} ", "#{mark}+", "#{mark}="
  @block_marks = ["#{mark}*", "#{mark}#", "#{mark}@"].map(&:b)
  @in, @out = STDIN.dup, STDOUT.dup
  @in.binmode
  @out.binmode
  # Writes up to this size are never mixed with those of another process: PIPE_BUF for a pipe, one buffer for a socket of Linux.
  @piece_size = (::RUBY_PLATFORM.include?('linux') && @out.stat.socket? ? 32_768 : 4096) - @last_piece.bytesize - 1
  STDIN.reopen(File::NULL)
  STDOUT.sync = STDERR.sync = true
  @process, @released, @written, @last_block = Process.pid, [], {}, 0
end

# Whether this is a forked child. From Ruby 3.1 on, a hook tells; to ask for the process each time is a system call.
if Process.respond_to?(:_fork)
  def watch_forks
    driver = self
    hook = Module.new do
      define_method(:_fork) do
        process = super()
        driver.note_fork if process.zero?
        process
      end
    end
    Process.singleton_class.prepend(hook)
  end

  def note_fork
    @is_fork = true
  end

  def fork?
    @is_fork
  end
else
  def watch_forks; end

  def fork?
    Process.pid != @process
  end
end

# Opens a second way to the host, for long messages, if nothing stands between.
def open_bulk(number, inode)
  bulk = IO.for_fd(number, 'wb', autoclose: false)
  return unless bulk.stat.ino == inode
  bulk.close_on_exec = true
  @bulk = bulk
rescue SystemCallError, ArgumentError
  nil
end

# Sends one message to the host, after everything that was printed before it.
def say(message)
  say_released unless @released.empty?
  flush_output unless STDOUT.sync
  exit if fork? # a fork that has come to the end of what it was to do: the conversation is its parent's
  say_blocks(message) unless @written.empty?
  return say_long(message) if message.bytesize > @piece_size
  write_all(@out, "#{@last_piece}#{message}\n")
end

def write_all(stream, data)
  size = data.bytesize
  begin
    done = stream.syswrite(data)
    while done < size
      done += stream.syswrite(data.byteslice(done, size - done))
    end
  rescue Errno::EAGAIN # somebody who shares the descriptor has set it not to block
    IO.select(nil, [stream])
    data = data.byteslice(done || 0, size)
    size, done = data.bytesize, nil
    retry
  end
end

def say_long(message)
  size = message.bytesize
  if @bulk
    write_all(@out, "#{@announcement}#{size}\n")
    return write_all(@bulk, message)
  end
  start = write_pieces(@more_pieces, message, @piece_size, "\n")
  write_all(@out, @last_piece.b << message.byteslice(start, size).force_encoding(BINARY) << "\n")
end

# Writes data in pieces of that size, up to what is less; returns where that begins. Linux fills a pipe page by page, and other processes come
# between pages only: of pieces that are a page each, many can be written at once.
def write_pieces(heading, data, room, ending)
  finish = data.bytesize / room * room
  at_once = ::RUBY_PLATFORM.include?('linux') && @piece_size < 4096 ? 16 : 1
  (0...finish).step(room).each_slice(at_once) do |starts|
    pieces = starts.each_with_object(''.b) do |start, text|
      text << heading.b << data.byteslice(start, room).force_encoding(BINARY) << ending
    end
    write_all(@out, pieces)
  end
  finish
end

# What the program has printed while it had standard output buffer.
def flush_output
  STDOUT.flush
rescue IOError, SystemCallError
  nil
end

def say_released
  numbers, @released = @released, []
  say("RELEASE #{numbers.join(' ')}")
end
