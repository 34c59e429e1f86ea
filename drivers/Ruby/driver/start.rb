# Agrees with the host, and says READY.

def start
  settings = read_json(STDIN.gets.split(' ', 2)[1])
  @lines, @partial, @aside, @held, @pending, @failed_link = [], [], {}, {}, {}, []
  @running, @depth, @calls, @last_interrupt = '0', 0, 0, 0
  @is_fork = @busy = @waiting = @describing = @is_cut_off = @has_encoded = @takes_parts = @takes_blocks = false
  @leaving = @interrupted = @bulk = @block = @blocks = @parts = @live_objects = nil
  open_streams(settings['mark'])
  protocol = settings['protocols'].find { |name| %w[EJSON JSON].include?(name) }
  @extended = protocol == 'EJSON'
  @transparent, @takes_parts = settings['transExcept'], settings['parts'] == true
  @takes_blocks = @extended && settings['bytes'] == true
  is_near = settings.fetch('pid', @process) == @process
  open_bulk(*settings['bulk']) if settings['bulk'] && is_near
  guard_signals
  stand_behind_relay unless is_near
  watch_forks
  define_names
  say("READY #{write_json('protocol' => protocol, 'version' => ::RUBY_VERSION, 'implementation' => ::RUBY_ENGINE, 'pid' => @process, 'interrupt' => 'SIGURG')}")
  serve_outermost
end

def serve_outermost
  serve('0')
ensure
  # Exit hooks may call the host, unless it waits for a reply that will never come.
  @busy, @leaving = !@is_cut_off, nil
end

# Names for code of the host, on the main object, and classes of exceptions everywhere.
def define_names
  driver = self
  main = MAIN.singleton_class
  %w[
    callback stream live hold held get set invoke apply hold_result catch iterate next leave convert load original extend super raise
    dates symbols numbers
  ].each do |name|
    method = "bond_#{name}"
    main.send(:define_method, "_BOND_#{name}") { |*arguments, &block| driver.__send__(method, *arguments, &block) }
    main.send(:ruby2_keywords, "_BOND_#{name}") if %w[invoke apply hold_result original].include?(name)
  end
  Object.send(:define_method, :_BOND_RemoteException) { RemoteException }
  Object.send(:define_method, :_BOND_SerializationException) { SerializationException }
  Object.send(:private, :_BOND_RemoteException, :_BOND_SerializationException)
end
