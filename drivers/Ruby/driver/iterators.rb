#: lazy
# Iterates for the host, over whatever has `each`.

ITERATORS = {} # by number: the fiber, what it has thrown behind items that went before, and whether it has begun
DONE = Object.new
LEAVE = Object.new

def bond_iterate(value)
  raise TypeError, "a value of the class #{class_name(value)} cannot be iterated over" unless RESPONDS.bind_call(value, :each)
  number = next_number
  ITERATORS[number] = [walk(value), nil, false]
  number
end

# Goes through the items in a fiber of its own; to leave it runs its `ensure`, as `break` does.
def walk(value)
  Fiber.new do
    value.each do |*items|
      break if Fiber.yield(items.size == 1 ? items[0] : items).equal?(LEAVE)
    end
    DONE
  end
end

# The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds.
def bond_next(number, count)
  fiber, error = ITERATORS.fetch(number)
  items, stop = [], nil
  raise error if error
  ITERATORS[number][2] = true
  while items.size < count && (stop.nil? || Process.clock_gettime(Process::CLOCK_MONOTONIC) < stop)
    item = fiber.resume
    unless fiber.alive? && !item.equal?(DONE)
      ITERATORS.delete(number)
      return [items, true]
    end
    items << item
    stop ||= Process.clock_gettime(Process::CLOCK_MONOTONIC) + 0.005
  end
  [items, false]
rescue StandardError, ScriptError, SystemStackError => thrown
  if items.nil? || items.empty?
    ITERATORS.delete(number)
    raise
  end
  ITERATORS[number][1] = thrown
  [items, false]
end

# Closes it, if it still exists.
def bond_leave(number)
  fiber, _, is_begun = ITERATORS.delete(number)
  fiber.resume(LEAVE) if is_begun && fiber.alive?
  nil
end
