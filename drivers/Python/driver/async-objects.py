#: lazy
# What is awaited of objects: items, blocks that are entered, links of chains, what is held.

load('event-loop')


class AsyncItems(object):
    """Iterates over what gives each item in its own time; `coming` is an item that has been asked for."""

    def __init__(self, value):
        self.iterator = type(value).__aiter__(value)
        self.coming = None

    async def batch(self, number, count):
        """The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds."""
        items, deadline = [], 0
        try:
            while len(items) < count and not (items and now() > deadline):
                if self.coming is None:
                    self.coming = asyncio.ensure_future(outcome_of(self.iterator.__anext__()))
                if items and not (await asyncio.wait({self.coming}, timeout=max(0, deadline - now())))[0]:
                    break
                coming, self.coming = await self.coming, None
                items.append(coming)
                deadline = deadline or now() + 0.005
        except StopAsyncIteration:
            iterators.pop(number, None)
            return items, True
        except BaseException as error:
            self.coming = None
            if not items or not isinstance(error, Exception):
                iterators.pop(number, None)
                raise
            iterators[number][1] = error
        return items, False

    async def leave(self):
        if self.coming is not None:
            self.coming.cancel()
            await asyncio.wait({self.coming})
        if hasattr(self.iterator, 'aclose'):
            await self.iterator.aclose()


class AsyncEntered(object):
    """What `async with` has entered, and how that is left."""

    def __init__(self, manager):
        kind = type(manager)
        self.enter, self.exit = kind.__aenter__, kind.__aexit__
        self.manager = manager

    async def entered(self):
        self.value = await self.enter(self.manager)
        return self

    async def left(self, *error):
        return bool(await self.exit(self.manager, *error))


async def kept_later(value):
    return keep(await value)


def goes_on(value, kind, name=None, *_):
    """Whether a link is done with something that can be awaited itself, and not with what that comes to."""
    if kind in ('get', 'invoke'):
        return hasattr(value, name)
    return hasattr(value, '__getitem__') if kind == 'item' else callable(value)


async def follow_later(value, links, next_link):
    """Goes on with a chain once there is what a link has come to."""
    try:
        value = await value
    except BaseException:
        failed_links[request_of_task.get()] = [next_link - 1]
        raise
    try:
        return follow_links(value, links, next_link)
    except BaseException:
        failed_links[request_of_task.get()] = failed_link[:]
        del failed_link[:]
        raise
