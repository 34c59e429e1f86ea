#: lazy
# The event loop, made when something is to be awaited for the first time: it turns while the host is waited for.

asyncio = standard('asyncio')
finishers = {}         # how the outcome of each request is sent that is answered later
finished = deque()     # requests that can be answered: each with its task, and how its outcome is sent
failed_links = {}      # where chains have failed that were awaited, by request
noticed = set()        # numbers of interrupts that have reached a task
cancelled = set()      # requests whose tasks an interrupt has cancelled
is_deferring = is_concurrent  # whether a request may be answered after the next one has begun

try:
    request_of_task = standard('contextvars').ContextVar('_BOND_request', default='0')
except ImportError:  # Python 3.6, where calls run one after the other
    class request_of_task(object):
        get = staticmethod(lambda: next(iter(unanswered), '0') if asyncio.Task.current_task(event_loop) else '0')
        set = staticmethod(lambda request: None)


def open_loop():
    """The loop of the bond; another one if user code has closed it."""
    global event_loop, watched, next_line
    if event_loop is None or event_loop.is_closed():
        load('turning')
        finished.extend((request, unanswered[request], finishers.pop(request)) for request in list(finishers))
        event_loop, watched = loop_of_program() or asyncio.new_event_loop(), None
        next_line = next_line_turning
    asyncio.set_event_loop(event_loop)  # which `asyncio.run` takes away
    return event_loop


async def outcome_of(value):
    return await value


def start_task(value, request):
    """Has the loop await something for a request."""
    loop, outer = open_loop(), request_of_task.get()
    request_of_task.set(request)
    task = unanswered[request] = loop.create_task(outcome_of(value))
    request_of_task.set(outer)
    return task


def answer_later(handler, request, value):
    """The answer to a request whose result has to be awaited; none if it comes later."""
    finish = FINISHERS.get(handler, finish_plain)
    if depth > 1:
        return attempt(finish, request, lambda: run_apart(value))
    if not is_deferring:
        return attempt(finish, request, lambda: wait(value))

    def note_end(task):
        finished.append((request, task, finishers.pop(request)))
        stop_turning(task)
    task = start_task(value, request)
    finishers[request] = finish
    task.add_done_callback(note_end)


def stop_turning(task):
    """There is an outcome to tell the host of; not when the loop ends, which must come to its own end."""
    if turning:
        event_loop.stop()


def finish_plain(outcome):
    return as_result(outcome())


def finish_held(outcome):
    return with_held(outcome())


def finish_block(outcome):
    outcome()
    return NOTHING


def finish_held_block(outcome):
    return finish_block(outcome)


FINISHERS = dict((HANDLERS[verb], finish) for verb, finish in (
    (b'EVAL_BLOCK', finish_block), (b'EVAL_BLOCK_HOLD', finish_held_block), (b'EVAL_HOLD', finish_held),
    (b'CALL_HOLD', finish_held), (b'CHAIN', finish_held),
))
FINISHERS.update((finish, finish) for finish in list(FINISHERS.values()))
HOLDING.update(held=finish_held, held_block=finish_held_block)  # what they raise is held


def wait(value):
    """The outcome of something that the loop awaits. Requests of the outermost level wait meanwhile."""
    global running
    request, running = running, '0'  # its code runs in the task
    task = start_task(value, request)
    task_loop = event_loop
    task.add_done_callback(stop_turning)
    try:
        while not task.done() and not task_loop.is_closed():
            sort_lines()
            answer_finished()
            attend()
            if not task.done() and not task_loop.is_closed():
                turn()
    finally:
        running = request
    return outcome(request, task)


def outcome(request, task):
    """What a task has come to. What an interrupt has cancelled was interrupted."""
    unanswered.pop(request, None)
    if failed_links:
        failed_link[:] = failed_links.pop(request, ())
    if request in cancelled:
        cancelled.discard(request)
        if task.cancelled():
            raise KeyboardInterrupt()
    if not task.done():
        raise RuntimeError('the event loop was closed')
    return task.result()


def answer_finished():
    while finished:
        request, task, finish = finished.popleft()
        answer(finish, request, lambda: outcome(request, task))


def run_apart(value):
    """Awaits something in a loop of its own: the one that runs in this thread stands still, perhaps in the middle of a step."""
    global busy
    is_main = get_ident() == main_thread
    outer = asyncio._get_running_loop()
    swap = getattr(asyncio.tasks, '_swap_current_task', None) if outer else None
    task = swap(outer, None) if swap else None
    asyncio._set_running_loop(None)
    apart = asyncio.new_event_loop()
    if is_main:
        busy = True
    try:
        return apart.run_until_complete(outcome_of(value))
    finally:
        try:
            end_tasks(apart)
        finally:
            if is_main:
                busy = False
            asyncio._set_running_loop(outer)
            if swap:
                swap(outer, task)


def end_tasks(loop):
    """Cancels what is left in a loop, and closes it."""
    try:
        all_tasks = getattr(asyncio, 'all_tasks', None) or asyncio.Task.all_tasks
        tasks = [task for task in all_tasks(loop) if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def end_loop():
    """The interpreter ends: tasks are cancelled, and finish what they have to."""
    if not event_loop.is_closed() and not event_loop.is_running():
        watch(None)
        asyncio.set_event_loop(event_loop)
        end_tasks(event_loop)


def finish_begun():
    """Carries out what has been begun, before the interpreter ends."""
    while unanswered:
        sort_lines()
        answer_finished()
        attend()
        if unanswered and not finished:
            turn()


def request_of_code():
    """The request that the code belongs to which runs now."""
    request = request_of_task.get() if turning else running
    return request if request in unanswered or not turning else '0'


def is_meant_for_task(request, serial):
    """Whether an interrupt is for the code that runs. If it is for a task that awaits something, that is cancelled."""
    is_running = request == request_of_code()
    if serial in noticed or not is_running and request not in unanswered:
        return False
    noticed.add(serial)
    say('INTERRUPTED %s' % serial)
    if not is_running:
        cancelled.add(request)
        event_loop.call_soon_threadsafe(unanswered[request].cancel)
    return is_running
