#: lazy
# Describes an exception: its classes, its traceback, and the frames that it has passed.

MOST_FRAMES = 100 # that are told of, half of them from each end
OWN = '<bond driver'

def describe(request, error, message, is_held)
  kind = CLASS_OF.bind_call(error)
  is_remote = RemoteException === error
  name = kind.equal?(RemoteException) && String === error.type ? error.type : name_of(kind)
  @describing = true
  places = places_of(error)
  description = { 'type' => name, 'message' => message, 'traceback' => traceback_of(error, name, message, places), 'call' => is_remote ? error._BOND_call : nil }
  description['types'] = ancestors(kind) unless kind.equal?(RemoteException)
  description['frames'] = frames_in(places) unless places.empty?
  @describing = false
  unless @failed_link.empty?
    description['link'] = @failed_link
    @failed_link = []
  end
  if @transparent
    data = data_of(error, is_remote)
    return "ERROR #{request} #{write_json('message' => "#{data.message} (transExcept); it says: #{message}", 'call' => nil)}" if SerializationException === data
    description['data'] = data
  end
  description['exception'] = [keep(error), name] if is_held
  "EXCEPT #{request} #{write_json(description)}"
end

# What was thrown, as EJSON has it, or why it cannot cross.
def data_of(error, is_remote)
  read_json(encode(is_remote ? error.data : error, 'exception'))
rescue SerializationException => refusal
  refusal
end

# The names of a class and of those that it is derived from, then those of modules, without that of all objects.
def ancestors(kind)
  above = ANCESTORS_OF.bind_call(kind).take_while { |base| !base.equal?(Object) }
  classes, modules = above.partition { |base| Class === base }
  (classes.map { |base| name_of(base) } + modules.map { |base| NAME_OF.bind_call(base) }.compact).reject { |name| name.start_with?('DidYouMean', 'ErrorHighlight') }
end

# Where an exception has been, from where it was raised outwards: name, file and line of each place, without the driver's.
def places_of(error)
  locations = error.backtrace_locations
  places = locations ? locations.map { |place| [place.label, place.path, place.lineno] } : (error.backtrace || []).map { |line| place_in(line) }
  places.reject! { |place| place[1].start_with?(OWN) }
  places.pop while places.last && places.last[1] == '-e' && ['<main>', 'eval'].include?(places.last[0])
  places
rescue Exception
  []
end

def place_in(line)
  file, number, name = line.to_s.match(/\A(.*?)(?::(\d+))?(?::in [`'](.*)')?\z/m).captures
  [name || '', file, number.to_i]
end

# As Ruby shows it, with the exceptions that led to this one.
def traceback_of(error, name, message, places)
  lines = [traceback_lines(name, message, places)]
  seen = [error]
  while (error = error.cause) && seen.size < 20 && seen.none? { |known| known.equal?(error) }
    seen << error
    lines << traceback_lines(name_of(CLASS_OF.bind_call(error)), message_of(error), places_of(error))
  end
  in_words(lines.join)
rescue Exception
  "#{message} (#{name})\n"
end

def traceback_lines(name, message, places)
  first, *rest = places.map { |label, file, line| "#{file}:#{line}:in `#{label}'" }
  if rest.size > 2 * MOST_FRAMES
    left_out = rest.size - 2 * MOST_FRAMES
    rest[MOST_FRAMES...-MOST_FRAMES] = [" ... #{left_out} levels..."]
  end
  "#{"#{first}: " if first}#{message} (#{name})\n#{rest.map { |line| "\tfrom #{line}\n" }.join}"
end

def frames_in(places)
  frames = places.map { |label, file, line| [in_words(label), in_words(file), line] }
  more = frames.size - MOST_FRAMES
  frames[MOST_FRAMES / 2...-MOST_FRAMES / 2] = [more] if more > 0
  frames
end
