<?php
//: lazy
// Iterates for the host, over whatever foreach goes through.

final class __BOND_iterators
{
    public static $iterators = [];  // [iterator, what it has thrown behind items that went before], by number
    public static $counter = 0;

    /** Goes through whatever foreach goes through. It stands before the first item when it begins, so that none comes early. */
    public static function walk($iterable)
    {
        yield;
        foreach ($iterable as $item) {
            yield $item;
        }
    }
}

function _BOND_iterate($value)
{
    if (!is_array($value) && !$value instanceof Traversable) {
        $kind = is_object($value) ? get_class($value) : gettype($value);
        throw new InvalidArgumentException("a value of type $kind cannot be iterated over");
    }
    $number = ++__BOND_iterators::$counter;
    __BOND_iterators::$iterators[$number] = [__BOND_iterators::walk($value), null];
    return $number;
}

/** The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds. */
function _BOND_next($number, $count)
{
    list($walk, $error) = __BOND_iterators::$iterators[$number];
    list($items, $end) = [[], INF];
    try {
        if ($error) {
            throw $error;
        }
        while (count($items) < $count && microtime(true) < $end) {
            $walk->next();
            if (!$walk->valid()) {
                _BOND_leave($number);
                return [$items, true];
            }
            $items[] = $walk->current();
            $end = min($end, microtime(true) + 0.005);
        }
    } catch (Throwable $error) {
        if (!$items || $error instanceof _BOND_InterruptException) {
            _BOND_leave($number);
            throw $error;
        }
        __BOND_iterators::$iterators[$number][1] = $error;
    }
    return [$items, false];
}

function _BOND_leave($number)
{
    unset(__BOND_iterators::$iterators[$number]);
}
