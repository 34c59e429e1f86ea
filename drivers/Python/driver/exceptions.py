#: lazy
# Tells the host of whatever is raised, and trusts nothing of what it says of itself.

LONGEST_TEXT = 2 ** 22  # of a message or a traceback, in characters


def message_of(error):
    try:
        try:
            text = bytes(error).decode('utf-8', unreadable) if PYTHON2 and not isinstance(error, UnicodeError) else text_type(error)
        except UnicodeEncodeError:
            text = text_type(error)  # Python 2, and the message is Unicode
        return shortened(text)
    except BaseException:
        return u'(%s, whose text cannot be had)' % class_name(type(error))


def shortened(text):
    text = text_type.__getitem__(text, slice(None))
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT // 2] + u' [...] ' + text[-LONGEST_TEXT // 2:]


def class_name(kind):
    try:
        return name_of(kind)
    except TypeError:  # Python 2 has classes that are not types
        return kind.__name__


def ancestors(kind):
    """The names of a class and of those that it is derived from, without that of all objects."""
    try:
        return [name_of(base) for base in bases_of(kind) if base is not object]
    except TypeError:  # as above
        return [class_name(kind)]


def traceback_of(kind, error, trace, message):
    try:
        if given_lines:
            show_lines()
        while trace is not None and trace.tb_frame.f_globals is world:
            trace = trace.tb_next
        try:
            lines = ''.join(standard('traceback').format_exception(kind, error, trace)) if is_tame(error) else places_in(trace, kind, message)
        except BaseException:
            lines = places_in(trace, kind, message)
        return shortened(users_lines(in_words(lines)))
    except BaseException:
        return u''


def frames_of(trace):
    try:
        return frames_in(trace)
    except BaseException:
        return []


def own(error, name):
    """An attribute that one of the driver's exceptions has, even if a class of the user's is derived from that."""
    return vars(BaseException)['__dict__'].__get__(error).get(name) if issubclass(type(error), BaseException) else None


def report(request, is_held=False):
    """Tells the host about the exception that is being handled: the last thing that may fail, so it does little."""
    global describing
    kind, error, trace = exc_info()
    describing = get_ident() == main_thread
    message = message_of(error)
    traceback = traceback_of(kind, error, trace, message)
    frames = frames_of(trace)
    describing = False
    is_refusal, is_remote = issubclass(kind, _BOND_SerializationException), issubclass(kind, _BOND_RemoteException)
    call = own(error, 'bond_call') if is_refusal or is_remote else None
    call = call if type(call) in INTEGERS else None
    if is_refusal:
        return 'ERROR %s %s' % (request, to_json({'message': message, 'call': call}))
    name = own(error, 'type') if kind is _BOND_RemoteException else None  # what it was where it came from
    name = name if type(name) in STRINGS else class_name(kind)
    description = {'type': name, 'message': message, 'traceback': traceback, 'call': call}
    if kind is not _BOND_RemoteException:
        description['types'] = ancestors(kind)
    if frames:
        description['frames'] = frames
    if failed_link:
        description['link'] = failed_link[:]
        del failed_link[:]
    if transparent:
        data = own(error, 'data') if is_remote else error
        try:
            description['data'] = from_json(encode(data, 'exception'))
        except _BOND_SerializationException as failure:
            return 'ERROR %s %s' % (request, to_json({'message': u'%s (transExcept); it says: %s' % (message_of(failure), message), 'call': call}))
    if is_held:
        description['exception'] = [keep(error), name]
    return 'EXCEPT %s %s' % (request, to_json(description))
