<?php
//: lazy
// What does not cross by value: functions and streams that the host lends, and what it holds here.

/** What the host has lent, by its number; it hears of it when this is gone. */
final class __BOND_lent
{
    private $number;

    public function __construct($number)
    {
        $this->number = $number;
    }

    public function call(array $arguments)
    {
        return __BOND_host::call('callback', $arguments, $this->number);
    }

    public function __destruct()
    {
        unset(__BOND_host::$holding[$this->number]);
        if (!__BOND_streams::$isEnding) {
            __BOND_streams::$released[] = $this->number;
        }
    }
}

/** A function that the host has lent; whether it gets what cannot cross as handles. */
function _BOND_callback($number, $isHolding = false)
{
    __BOND_code::need('host-calls');
    if ($isHolding) {
        __BOND_host::$holding[$number] = true;
    }
    $lent = new __BOND_lent($number);
    return static function (...$arguments) use ($lent) {
        return $lent->call($arguments);
    };
}

/** Iterates over what the host hands out in batches. */
function _BOND_stream($number)
{
    return __BOND_stream_of(_BOND_callback($number)); // a generator that is never begun runs none of its code
}

function __BOND_stream_of(Closure $take)
{
    $size = 1;
    do {
        list($items, $isDone) = $take($size);
        foreach ($items as $item) {
            yield $item;
        }
        $size = min(2 * $size, 256);
    } while (!$isDone);
}

/** What the host holds here. */
final class __BOND_held
{
    public static $values = [];
    private static $counter = 0;

    public static function nextNumber()
    {
        return ++self::$counter;
    }

    public static function release($number)
    {
        if (isset(self::$values[$number])) {
            $value = self::$values[$number];
            unset(self::$values[$number]);
            __BOND_exceptions::letGo($value);
        }
    }

    /** Whether something has entries rather than a property of that name. */
    public static function hasEntries($holder, $name)
    {
        if (!$holder instanceof ArrayAccess) {
            return is_array($holder);
        }
        return !property_exists($holder, $name) || !(new ReflectionProperty($holder, $name))->isPublic();
    }
}

function _BOND_hold($value)
{
    $number = __BOND_held::nextNumber();
    __BOND_held::$values[$number] = $value;
    return $number;
}

/** What a function throws, so that it can be held; null if it throws nothing. */
function _BOND_catch($function, ...$arguments)
{
    try {
        $function(...$arguments);
        return null;
    } catch (Throwable $error) {
        return $error;
    }
}

/** By reference: what is given a held array can change it. */
function &_BOND_held($number)
{
    if (!array_key_exists($number, __BOND_held::$values)) {
        throw new OutOfBoundsException("nothing is held under the number $number");
    }
    return __BOND_held::$values[$number];
}

function _BOND_get($holder, $name)
{
    if (__BOND_held::hasEntries($holder, $name) && (is_object($holder) || array_key_exists($name, $holder))) {
        return $holder[$name];
    }
    if (is_object($holder) && (property_exists($holder, $name) || isset($holder->$name) || method_exists($holder, '__get'))) {
        return $holder->$name;
    }
    throw new OutOfBoundsException("there is nothing called '$name' in it");
}

function _BOND_set(&$holder, $name, $value)
{
    if (__BOND_held::hasEntries($holder, $name)) {
        $holder[$name] = $value;
    } elseif (is_object($holder)) {
        $holder->$name = $value;
    } else {
        throw new InvalidArgumentException('a value of type ' . gettype($holder) . ' has neither properties nor entries');
    }
}

// No parameters but one for all: others would be in the way of arguments by name.

function _BOND_invoke(&...$arguments)
{
    $method = [array_shift($arguments), array_shift($arguments)];
    return $method(...$arguments);
}

function _BOND_apply(&...$arguments)
{
    $holder = array_shift($arguments);
    $isClass = is_string($holder) && !is_callable($holder) && class_exists($holder);
    return $isClass ? new $holder(...$arguments) : $holder(...$arguments);
}

function _BOND_hold_result(&...$arguments)
{
    $name = array_shift($arguments);
    if (is_callable($name)) {
        return _BOND_hold($name(...$arguments));
    }
    __BOND_code::need('arguments');
    return _BOND_hold(__BOND_arguments::callExpression($name, $arguments));
}

/** Throws again what was thrown here, since a function of the host has not caught it. */
function _BOND_raise($error)
{
    throw $error;
}
