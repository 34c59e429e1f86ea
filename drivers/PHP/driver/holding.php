<?php
//: lazy
// Holds what cannot cross, and says in which places of a result, or of arguments, it was.

__BOND_code::need('references');
__BOND_code::need('values');

/** What is held even if it could cross. */
final class __BOND_kept
{
    public $value;

    public function __construct($value)
    {
        $this->value = $value;
    }
}

final class __BOND_holding
{
    const DEEPEST = 200;            // what is nested deeper is held
    const MOST_PLACES = 100000;     // behind so many, lists are held: one that has itself in it more than once has no end

    /** The text of a list with a result, and of what is held in places of it: paths, numbers, and what that is in words. */
    public static function result($value)
    {
        try {
            return '[[' . __BOND_json::encode($value) . ']]';
        } catch (_BOND_SerializationException $error) {
            return '[' . self::values([$value]) . ']';
        }
    }

    /** The text of values with nothing in the place of what is held, and of what that is behind them, if there is any, or more behind that. */
    public static function values(array $values, $hasMore = false)
    {
        $places = [];
        $numbers = [];
        try {
            foreach ($values as $index => $value) {
                $values[$index] = self::withoutHeld($value, [$index], [], $places, $numbers);
            }
            return __BOND_json::encode($values) . ($places || $hasMore ? ',' . __BOND_json::encode($places) : '');
        } catch (Throwable $error) {
            foreach ($numbers as $number) {
                __BOND_held::release($number);
            }
            throw $error;
        }
    }

    private static function withoutHeld($value, array $path, array $parents, array &$places, array &$numbers)
    {
        if (is_object($value) && in_array($value, $parents, true)) {
            return self::holdAt($path, $value, $places, $numbers);
        }
        try {
            __BOND_json::encode($value);
            return $value;
        } catch (_BOND_SerializationException $error) {
            $entries = self::entriesOf($value, $path);
            if ($entries === null || count($places) >= self::MOST_PLACES) {
                return self::holdAt($path, $value, $places, $numbers);
            }
        }
        $parents[] = $value;
        $copy = [];
        foreach ($entries as $key => $item) {
            $copy[$key] = self::withoutHeld($item, array_merge($path, [$key]), $parents, $places, $numbers);
        }
        return is_object($value) ? (object) $copy : $copy;
    }

    /** What has something held in its places: an array or a plain object, and the text of its keys is text. */
    private static function entriesOf($value, array $path)
    {
        $isPlainObject = is_object($value) && get_class($value) === 'stdClass';
        if (!is_array($value) && !$isPlainObject || count($path) > self::DEEPEST) {
            return null;
        }
        $entries = (array) $value;
        foreach ($entries as $key => $item) {
            if (is_string($key) && !__BOND_values::isText($key)) {
                return null;
            }
        }
        return $entries;
    }

    /** What stands twice in a message is held once. */
    private static function holdAt(array $path, $value, array &$places, array &$numbers)
    {
        if ($value instanceof __BOND_kept) {
            $value = $value->value;
        }
        if ($value instanceof _BOND_Live) {
            $places[] = [$path, -__BOND_live::numberOf($value), 'live']; // it goes back to where it is from
            return null;
        }
        $identity = is_object($value) ? spl_object_hash($value) : count($places);
        if (!isset($numbers[$identity])) {
            $numbers[$identity] = _BOND_hold($value);
        }
        $places[] = [$path, $numbers[$identity], self::describe($value)];
        return null;
    }

    public static function describe($value)
    {
        return is_object($value) ? strtok(get_class($value), "\0") : gettype($value);
    }
}
