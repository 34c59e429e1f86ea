<?php
//: lazy
// Objects of the host as objects here: what is done with one is asked of the host, which checks what may be touched.

__BOND_code::need('references');

/** An object of the host. What it has is the host's: names that begin with `_` are never asked for. */
class _BOND_Live implements ArrayAccess
{
    private $_BOND_ask;
    private $_BOND_number;
    private $_BOND_class;

    public function __construct(Closure $ask, $number, $class)
    {
        $this->_BOND_ask = $ask;
        $this->_BOND_number = $number;
        $this->_BOND_class = $class;
    }

    /** What the host answers; for the driver, what is only known here. */
    final protected function _BOND_asked(...$request)
    {
        $ask = $this->_BOND_ask;
        return $ask(...$request);
    }

    public function __get($name)
    {
        $found = self::_BOND_isAsked($name) ? $this->_BOND_asked('get', $name) : [];
        if (!$found) {
            throw new OutOfBoundsException("$this->_BOND_class of the host has no property '$name' that may be used");
        }
        return $found[0];
    }

    public function __set($name, $value)
    {
        if (!self::_BOND_isAsked($name)) {
            throw new OutOfBoundsException("$this->_BOND_class of the host has no property '$name' that may be used");
        }
        $this->_BOND_asked('set', $name, [$value]);
    }

    public function __isset($name)
    {
        $found = self::_BOND_isAsked($name) ? $this->_BOND_asked('get', $name) : [];
        return isset($found[0]);
    }

    public function __unset($name)
    {
        $this->_BOND_asked('delete', $name);
    }

    public function __call($name, $arguments)
    {
        if (!self::_BOND_isAsked($name)) {
            throw new BadMethodCallException("$this->_BOND_class of the host has no method '$name' that may be called");
        }
        return $this->_BOND_asked('invoke', $name, __BOND_live::positional($arguments));
    }

    public function __toString()
    {
        $found = $this->_BOND_asked('text');
        return $found ? $found[0] : "$this->_BOND_class of the host";
    }

    #[\ReturnTypeWillChange]
    public function offsetExists($key)
    {
        $found = $this->_BOND_asked('item', $key);
        return isset($found[0]);
    }

    #[\ReturnTypeWillChange]
    public function offsetGet($key)
    {
        $found = $this->_BOND_asked('item', $key);
        if (!$found) {
            throw new OutOfBoundsException("$this->_BOND_class of the host has no item '$key' that may be used");
        }
        return $found[0];
    }

    #[\ReturnTypeWillChange]
    public function offsetSet($key, $value)
    {
        $this->_BOND_asked('setItem', $key, [$value]);
    }

    #[\ReturnTypeWillChange]
    public function offsetUnset($key)
    {
        $this->_BOND_asked('deleteItem', $key);
    }

    public function __sleep()
    {
        throw new LogicException('an object of the host cannot be serialized');
    }

    public function __debugInfo()
    {
        return ['host' => $this->_BOND_class];
    }

    private static function _BOND_isAsked($name)
    {
        return strncmp($name, '_', 1) !== 0;
    }
}

// What its objects can do natively is said by a class: one for each of the letters, and for some together.

trait __BOND_called
{
    public function __invoke(...$arguments)
    {
        return $this->_BOND_asked('call', null, __BOND_live::positional($arguments));
    }
}

trait __BOND_counted
{
    #[\ReturnTypeWillChange]
    public function count()
    {
        return $this->_BOND_asked('length');
    }
}

trait __BOND_iterated
{
    #[\ReturnTypeWillChange]
    public function getIterator()
    {
        return $this->_BOND_asked('iterate');
    }
}

class _BOND_LiveFunction extends _BOND_Live
{
    use __BOND_called;
}

class _BOND_LiveCountable extends _BOND_Live implements Countable
{
    use __BOND_counted;
}

class _BOND_LiveIterable extends _BOND_Live implements IteratorAggregate
{
    use __BOND_iterated;
}

class _BOND_LiveList extends _BOND_Live implements Countable, IteratorAggregate
{
    use __BOND_counted, __BOND_iterated;
}

final class __BOND_live
{
    const DEEPEST = 200; // what is nested deeper is left to what writes it
    const CLASSES = [
        '' => _BOND_Live::class, 'c' => _BOND_LiveFunction::class, 'l' => _BOND_LiveCountable::class,
        'i' => _BOND_LiveIterable::class, 'il' => _BOND_LiveList::class,
    ];
    private static $objects = []; // weak references to those that are in use, by what they are there

    public static function make($number, $flags, $class, $identity)
    {
        $known = isset(self::$objects[$identity]) ? self::$objects[$identity]->get() : null;
        $ask = _BOND_callback($number, strpos($flags, 'h') !== false); // which is released at once if it is not needed
        if ($known) {
            return $known;
        }
        $kind = strpos($flags, 'c') !== false ? 'c' : str_replace(['h', 's'], '', $flags);
        $type = self::CLASSES[$kind];
        $live = new $type($ask, $number, $class);
        if (PHP_VERSION_ID >= 70400) {
            self::keepWeakly($identity, $live);
        }
        return $live;
    }

    private static function keepWeakly($identity, _BOND_Live $live)
    {
        if (count(self::$objects) % 1000 === 999) {
            self::$objects = array_filter(self::$objects, function ($reference) {
                return $reference->get() !== null;
            });
        }
        self::$objects[$identity] = WeakReference::create($live);
    }

    public static function numberOf(_BOND_Live $live)
    {
        return ((array) $live)["\0_BOND_Live\0_BOND_number"];
    }

    /** Arguments by position, and behind them those by name in one. */
    public static function positional(array $arguments)
    {
        $named = array_filter($arguments, 'is_string', ARRAY_FILTER_USE_KEY);
        return $named ? array_merge(array_values(array_diff_key($arguments, $named)), [$named]) : $arguments;
    }

    /** The text of arguments, or of a result in a list, and behind it of where in it objects of the host were; `$error` if there are none. */
    public static function encode(array $values, $root, $error)
    {
        $places = [];
        $plain = self::withoutLive($values, [], $places);
        if (!$places) {
            throw $error;
        }
        $text = $root === null ? '[' . __BOND_json::encode($plain[0]) . ']' : __BOND_json::encode($plain, $root);
        return $text . ',' . __BOND_json::encode($places);
    }

    private static function withoutLive($value, array $path, array &$places)
    {
        if ($value instanceof _BOND_Live) {
            $places[] = [$path, -self::numberOf($value), 'live'];
            return null;
        }
        $isRecord = is_object($value) && get_class($value) === 'stdClass';
        if (!is_array($value) && !$isRecord || count($path) > self::DEEPEST) {
            return $value;
        }
        $copy = [];
        foreach ((array) $value as $key => $item) {
            $copy[$key] = self::withoutLive($item, array_merge($path, [$key]), $places);
        }
        return $isRecord ? (object) $copy : $copy;
    }
}

/** An object that the host has lent by a function: the same as long as it is in use, whatever number it is lent by. */
function _BOND_live($number, $flags, $class, $identity)
{
    return __BOND_live::make($number, $flags, $class, $identity);
}
