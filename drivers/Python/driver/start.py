# Agrees with the host, and says READY.

def start():
    global last_piece, more_pieces, announcement, block_begin, block_piece, announced_block, piece_size, transparent, is_concurrent, extended, takes_blocks, short_read, long_read
    settings = from_json(requests.readline().decode('utf-8').strip().split(' ', 1)[1])
    mark = settings['mark'].encode('ascii')
    last_piece, more_pieces, announcement = mark + b' ', mark + b'+', mark + b'='
    block_begin, block_piece, announced_block = mark + b'*', mark + b'#', mark + b'@'
    piece_size = PIECE - len(last_piece) - 1
    transparent, is_concurrent = settings['transExcept'], settings.get('concurrent') is True
    protocols = [name for name in settings['protocols'] if name in ('EJSON', 'JSON')]
    extended = protocols[:1] == ['EJSON']
    takes_blocks = extended and settings.get('bytes') is True
    if settings.get('parts') is True:
        longest.update(((text_type, 2 ** 18), (list, 1024), (tuple, 1024)))
    if PYTHON2 and settings.get('text') == 'bytes':
        speak_octets()
    protect_stdin()
    open_output()
    if settings.get('bulk') and settings.get('pid') == process:
        open_bulk(*settings['bulk'])
    guard_signals()
    notice = getattr(signal, 'SIGURG', None)
    if notice:
        set_signal(notice, on_notice)
        if settings.get('pid', process) != process:
            stand_behind_relay(notice)
    short_read, long_read = ((descriptor, 65536),), ((descriptor, 262144),)
    if PYTHON2:
        for number in (signal.SIGINT, notice):
            signal.siginterrupt(number, False)
    put_names()
    for exception in (_BOND_SerializationException, _BOND_RemoteException):
        exception.__module__ = '__main__'
    say('READY %s' % to_json({
        'protocol': protocols[0] if protocols else None,
        'version': '.'.join(map(str, sys.version_info[:3])),
        'implementation': 'PyPy' if PYPY else 'CPython',
        'pid': os.getpid(),
        'interrupt': 'SIGURG' if notice else None,
        'lacks': (['concurrent'] if sys.version_info < (3, 7) else []) + ([] if PYTHON2 else ['text']),
    }))
    serve_outermost()


def serve_outermost():
    global busy, leaving
    try:
        serve('0')
    except SystemExit as error:
        if error is not closing or not sys.flags.inspect:  # under -i, Python would show it
            raise
    finally:
        # Exit hooks may call the host, unless it waits for an answer that will never come.
        busy, leaving = not is_cut_off, None
        if event_loop:
            end_loop()


# Python keeps what functions that run need in pieces of 16 kB, and gets or gives back one by a system call whenever a call
# goes beyond its end. A function that claims to need much gets a large piece, in which those that it calls have room as well.
if sys.version_info >= (3, 11) and sys.implementation.name == 'cpython':
    serve_outermost.__code__ = serve_outermost.__code__.replace(co_stacksize=2 ** 16)
start()
