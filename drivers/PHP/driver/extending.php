<?php
//: lazy
// Classes below one that is here, whose methods are functions of the host. Whatever would be the end of the interpreter when such a
// class is compiled is refused before.

__BOND_code::need('references');
__BOND_code::need('holding');
__BOND_code::need('signatures');

final class __BOND_extending
{
    const WORD = '[a-zA-Z_\x80-\xff][\w\x80-\xff]*';
    const RESERVED = [
        'self', 'parent', 'static', 'int', 'float', 'bool', 'string', 'true', 'false', 'null', 'void', 'iterable', 'object', 'mixed', 'never',
        'enum', 'readonly', 'resource', 'numeric',
    ];
    /** Interfaces that only PHP's own classes implement. */
    const CLOSED = ['Throwable' => 'extend Exception', 'DateTimeInterface' => 'extend DateTimeImmutable', 'UnitEnum' => 'enums cannot be made'];

    public static $functions = []; // of the host, by class and by method
    public static $classes = [];   // by the host's keys for them

    public static function make($key, $base, $name, array $members)
    {
        $base = self::checkedBase($base);
        $class = self::newName($name, $base);
        $functions = [];
        $properties = [];
        foreach ($members as list($kind, $member, $value)) {
            if (!__BOND_requests::find('/^' . self::WORD . '$/D', $member)) {
                throw new InvalidArgumentException("'$member' is not a valid name for a method");
            }
            if ($kind === 'get' || $kind === 'set') {
                throw new InvalidArgumentException("PHP has no $kind$member: give the class the methods __get and __set");
            }
            if ($kind === 'value') {
                $properties[$member] = $value;
            } else {
                $functions[strtolower($member)] = [$member, $value];
            }
        }
        self::refuseMissing($base, $functions);
        self::compile($class, self::code($class, $base, $functions, $properties));
        foreach ($functions as $lower => $function) {
            self::$functions[$class][$lower] = $function[1];
        }
        self::$classes[$key] = $class;
        return _BOND_hold($class);
    }

    private static function checkedBase($base)
    {
        $name = is_string($base) ? ltrim($base, '\\') : '';
        if ($name === '' || !class_exists($name) && !interface_exists($name)) {
            $what = is_string($base) ? "'$base'" : 'a value of type ' . (is_object($base) ? get_class($base) : gettype($base));
            $isTrait = $name !== '' && trait_exists($name);
            throw new InvalidArgumentException("$what cannot be extended: it is " . ($isTrait ? 'a trait' : 'neither a class nor an interface'));
        }
        $class = new ReflectionClass($name);
        if (method_exists($class, 'isEnum') && $class->isEnum()) {
            throw new InvalidArgumentException("{$class->getName()} cannot be extended: it is an enum");
        }
        if ($class->isFinal()) {
            throw new InvalidArgumentException("{$class->getName()} cannot be extended: it is final");
        }
        if (strpos($class->getName(), "\0") !== false) {
            throw new InvalidArgumentException('a class without a name cannot be extended');
        }
        foreach (self::CLOSED as $closed => $advice) {
            if ($class->isInterface() && interface_exists($closed) && is_a($class->getName(), $closed, true)) {
                throw new InvalidArgumentException("{$class->getName()} cannot be implemented by a class: $advice");
            }
        }
        return $class;
    }

    /** The name of the new class, which has to be free. */
    private static function newName($name, ReflectionClass $base)
    {
        if ($name !== null) {
            $name = ltrim($name, '\\');
            $last = strtolower(substr(strrchr("\\$name", '\\'), 1));
            if (!__BOND_requests::find('/^(' . self::WORD . '\\\\)*' . self::WORD . '$/D', $name) || in_array($last, self::RESERVED, true)) {
                throw new InvalidArgumentException("'$name' is not a valid name for a class");
            }
            if (self::isTaken($name)) {
                throw new InvalidArgumentException("the name $name is taken: give the class another name");
            }
            return $name;
        }
        $name = 'Extended' . $base->getShortName();
        for ($count = 2; self::isTaken($name); ++$count) {
            $name = 'Extended' . $base->getShortName() . $count;
        }
        return $name;
    }

    private static function isTaken($name)
    {
        return class_exists($name) || interface_exists($name) || trait_exists($name);
    }

    private static function refuseMissing(ReflectionClass $base, array $functions)
    {
        $missing = [];
        foreach ($base->getMethods() as $method) {
            if ($method->isAbstract() && !isset($functions[strtolower($method->getName())])) {
                $missing[] = $method->getName();
            }
        }
        foreach ($base->getProperties() as $property) {
            if (method_exists($property, 'isAbstract') && $property->isAbstract()) {
                throw new InvalidArgumentException("{$base->getName()} has an abstract property, \${$property->getName()}: it cannot be given");
            }
        }
        if ($missing) {
            throw new InvalidArgumentException("{$base->getName()} has abstract methods that you have to define: " . implode(', ', $missing));
        }
    }

    /** Compiles a class; what is deprecated in its base is that of the base. */
    private static function compile($class, $code)
    {
        set_error_handler(function () {
            return true;
        });
        try {
            eval($code);
        } finally {
            restore_error_handler();
        }
        if (!class_exists($class, false)) {
            throw new LogicException("$class could not be made");
        }
    }

    private static function code($class, ReflectionClass $base, array $functions, array $properties)
    {
        $body = '';
        foreach ($properties as $name => $value) {
            $body .= self::property($base, $name, $value);
        }
        foreach ($functions as $function) {
            $body .= __BOND_signatures::method($base, $function[0]);
        }
        $end = strrpos($class, '\\');
        $namespace = $end === false ? '' : 'namespace ' . substr($class, 0, $end) . '; ';
        $isReadOnly = method_exists($base, 'isReadOnly') && $base->isReadOnly();
        $parents = ($base->isInterface() ? 'implements ' . self::iterating($base, $functions) : 'extends ') . '\\' . $base->getName();
        $own = $end === false ? $class : substr($class, $end + 1);
        return $namespace . ($isReadOnly ? 'readonly ' : '') . "class $own $parents { $body }";
    }

    /** What an interface needs that says no more than that it can be iterated over. */
    private static function iterating(ReflectionClass $base, array $functions)
    {
        $name = $base->getName();
        if (!is_a($name, 'Traversable', true) || is_a($name, 'Iterator', true) || is_a($name, 'IteratorAggregate', true)) {
            return '';
        }
        if (!isset($functions['getiterator'])) {
            throw new InvalidArgumentException("$name can be iterated over: give the class the method getIterator");
        }
        return '\\IteratorAggregate, ';
    }

    private static function property(ReflectionClass $base, $name, $value)
    {
        if ($base->hasProperty($name) && !$base->getProperty($name)->isPrivate() || method_exists($base, 'isReadOnly') && $base->isReadOnly()) {
            throw new InvalidArgumentException("{$base->getName()} has a property \$$name of its own: set it in the constructor");
        }
        if (!__BOND_signatures::isConstant($value)) {
            throw new InvalidArgumentException("the value of the property \$$name cannot be a constant: set it in the constructor");
        }
        return "public \$$name = " . var_export($value, true) . '; ';
    }

    /** Calls a function of the host on an instance. */
    public static function call($class, $name, $instance, array $arguments)
    {
        $function = self::$functions[$class][$name];
        return $function(new __BOND_kept($instance), ...$arguments);
    }

    /** Whether the host can be called: not while it lets go of an object. */
    public static function canCall()
    {
        return !__BOND_loop::$isWaiting && !__BOND_streams::$isSaying;
    }

    /** What a function returns, as something that can be iterated over. */
    public static function iterator($value)
    {
        return is_array($value) ? new ArrayIterator($value) : $value;
    }
}

/** What is above a class, for an instance of it. */
final class __BOND_super
{
    private $_BOND_instance;
    private $_BOND_class;

    public static function of($instance, $class)
    {
        $super = new self(); // a constructor would hide that of the base
        $super->_BOND_instance = $instance;
        $super->_BOND_class = $class;
        return $super;
    }

    public function __call($name, array $arguments)
    {
        $call = function () use ($name, $arguments) {
            return parent::$name(...$arguments);
        };
        return Closure::bind($call, $this->_BOND_instance, $this->_BOND_class)->__invoke();
    }

    public function __get($name)
    {
        return _BOND_get($this->_BOND_instance, $name);
    }
}

function _BOND_extend($key, $base, $name, array $members)
{
    return __BOND_extending::make($key, $base, $name, $members);
}

function _BOND_super($instance, $key)
{
    if (!isset(__BOND_extending::$classes[$key]) || !$instance instanceof __BOND_extending::$classes[$key]) {
        throw new InvalidArgumentException('it is not an instance of that class');
    }
    return __BOND_super::of($instance, __BOND_extending::$classes[$key]);
}
