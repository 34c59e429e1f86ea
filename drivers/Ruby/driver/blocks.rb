#: lazy
# Many bytes, which cross beside the text that names them: in blocks.

LONG_PIECE = 32_768

# Begins a block whose heading the host has sent. Those of messages that were never read are dropped.
def begin_block(heading)
  _, _, number, length = heading
  @blocks ||= {}
  @blocks.clear if @depth < 2 && @lines.empty? && @aside.empty?
  @is_wide ||= widen(@in)
  @block = [number.to_i, length.to_i, String.new(capacity: length.to_i)]
  end_block if @block[1].zero?
end

# More of a block fits into the pipe from the host: both sides wait less often. Not as much as possible, as the pipes of a user share a limit.
def widen(pipe)
  pipe.fcntl(1031, 2**18) # F_SETPIPE_SZ, for which Ruby has no name
rescue SystemCallError, NotImplementedError
  true # no pipe, another system, or the limit is reached
end

# Takes what belongs to the block from a portion of input; returns the rest of it.
def fill_block(portion)
  taken = portion.byteslice(0, @block[1])
  @block[2] << taken
  @block[1] -= taken.bytesize
  end_block if @block[1].zero?
  portion.byteslice(taken.bytesize, portion.bytesize)
end

def end_block
  number, _, bytes = @block
  @blocks[number] = bytes
  @block = nil
end

# Bytes that a word names.
def bytes_at(number, start, length)
  block = @blocks && @blocks[number]
  raise IndexError, "block #{number} has no #{length} bytes at #{start}" unless block && start + length <= block.bytesize
  block.byteslice(start, length)
end

# What names them has been read.
def forget_blocks(text)
  text.scan(/"block":\[(\d+),/) { |(number)| @blocks.delete(number.to_i) }
end

# The place of bytes that are sent beside the text that is being written.
def beside(bytes)
  number = @last_block
  written = (@written[number] ||= [0, []])
  start = written[0]
  written[0] += bytes.bytesize
  written[1] << bytes
  [number, start, bytes.bytesize]
end

# Sends the bytes that a message names.
def say_blocks(message)
  @written.keys.each do |number|
    next unless message.include?("\"block\":[#{number},")
    size, parts = @written.delete(number)
    say_block("#{number} #{size}", parts)
  end
end

def say_block(heading, parts)
  if @bulk
    write_all(@out, @block_marks[2] + heading.b + "\n")
    return joined(parts) { |part| write_all(@bulk, part) }
  end
  write_all(@out, @block_marks[0] + heading.b + "\n")
  room = @piece_size - @piece_size.to_s.bytesize
  joined(parts) do |part|
    start = write_pieces("#{@block_marks[1]}#{room}\n", part, room, '')
    next if start == part.bytesize
    write_all(@out, "#{@block_marks[1]}#{part.bytesize - start}\n".b << part.byteslice(start, room).force_encoding(BINARY))
  end
end

# The same bytes, in parts that are not short.
def joined(parts)
  short = ''.b
  parts.each do |part|
    short << part if part.bytesize < LONG_PIECE
    if !short.empty? && (short.bytesize >= LONG_PIECE || part.bytesize >= LONG_PIECE)
      yield short
      short = ''.b
    end
    yield part if part.bytesize >= LONG_PIECE
  end
  yield short unless short.empty?
end
