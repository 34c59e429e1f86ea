#: lazy
# Iterates for the host.

iterators = {}  # [iterator, what it has thrown behind items that went before], by number


def _BOND_iterate(value):
    number = next_number()
    is_async = not hasattr(value, '__iter__') and hasattr(type(value), '__aiter__')
    iterators[number] = [AsyncItems(value) if is_async else iter(value), None]
    return number


def _BOND_next(number, count):
    """The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds."""
    iterator, error = iterators[number]
    if type(iterator) is AsyncItems and not error:
        return iterator.batch(number, count)
    if error:
        del iterators[number]
        raise error
    items, done = [], False
    deadline = now() + 0.005
    try:
        for item in iterator:
            items.append(item)
            if len(items) >= count or now() > deadline:
                break
        else:
            done = True
            del iterators[number]
    except Exception as error:
        if not items:
            del iterators[number]
            raise
        iterators[number][1] = error
    return items, done


def _BOND_leave(number):
    iterator, _ = iterators.pop(number, (None, None))
    if type(iterator) is AsyncItems:
        return iterator.leave()
    if hasattr(iterator, 'close'):
        iterator.close()
