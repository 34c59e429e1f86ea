<?php
//: lazy
// Does what the host wants done with an object, link by link.

__BOND_code::need('arguments');

final class __BOND_chains
{
    private static $imported;       // what has just been imported, which is held even if it can cross

    public static function run(array $chain)
    {
        __BOND_exceptions::$failedLink = [];
        self::$imported = null;
        if (!$chain[1]) {
            return self::$imported = self::import($chain[0][1]);
        }
        return self::follow($chain);
    }

    /** A class, an interface or the like, by its name; or a function. */
    private static function import($name)
    {
        $name = ltrim($name, '\\');
        if (self::isClass($name)) {
            return (new ReflectionClass($name))->getName();
        }
        if (function_exists($name)) {
            return $name;
        }
        $advice = preg_match('~/|\.php\z~', $name) ? "; load('$name') runs a file" : '';
        throw new OutOfBoundsException("there is no class, interface or function '$name'$advice");
    }

    private static function isClass($value)
    {
        return is_string($value) && (class_exists($value) || interface_exists($value) || trait_exists($value));
    }

    private static function follow(array $chain)
    {
        $value = is_string($chain[0]) ? self::referred($chain[0]) : self::import($chain[0][1]);
        foreach ($chain[1] as $index => $link) {
            try {
                $value = self::linked($value, $link);
            } catch (Throwable $error) {
                array_unshift(__BOND_exceptions::$failedLink, $index);
                throw $error;
            }
        }
        return $value;
    }

    private static function referred($code)
    {
        if (preg_match('/^(_BOND_(?:held|callback|stream))\((\d+)(, 1)?\)$/D', $code, $parts)) {
            __BOND_code::need('references');
            return isset($parts[3]) ? $parts[1]((int) $parts[2], true) : $parts[1]((int) $parts[2]);
        }
        return __BOND_arguments::evaluateExpression($code);
    }

    private static function linked($value, array $link)
    {
        list($kind, $name) = $link;
        if ($kind === 'get') {
            return self::isClass($value) ? self::ofClass($value, $name) : _BOND_get($value, $name);
        }
        $arguments = self::withReferences($link);
        switch ($kind) {
            case 'item':
                return $value[$arguments[0]];
            case 'invoke':
                return self::invoke($value, $name, $arguments);
            case 'new':
                return new $value(...$arguments);
        }
        return _BOND_apply($value, ...$arguments);
    }

    /** A constant, a case, or a static property. */
    private static function ofClass($class, $name)
    {
        if (defined("$class::$name")) {
            return constant("$class::$name");
        }
        if (property_exists($class, $name)) {
            return $class::$$name;
        }
        throw new OutOfBoundsException("$class has no constant and no static property called '$name'");
    }

    private static function invoke($value, $name, array $arguments)
    {
        $isProperty = is_object($value) && !method_exists($value, $name) && isset($value->$name) && is_callable($value->$name);
        $method = $isProperty ? $value->$name : [$value, $name];
        return $method(...$arguments);
    }

    /** The arguments of a link, with what stays here in its places, and those by name behind the others. */
    private static function withReferences(array $link)
    {
        $arguments = $link[2];
        if (!isset($link[3])) {
            return $arguments;
        }
        $named = isset($link[4]) ? __BOND_arguments::namesChecked($link[4]) : [];
        foreach ($link[3] as $index => $reference) {
            list($path, $code) = $reference;
            try {
                $value = is_string($code) ? self::referred($code) : self::follow($code);
            } catch (Throwable $error) {
                array_unshift(__BOND_exceptions::$failedLink, $index);
                throw $error;
            }
            self::put($arguments, $named, $path, $value);
        }
        return $arguments + $named;
    }

    /** Puts what a chain comes to among the arguments of a call. */
    public static function resolve(array $path, array $chain)
    {
        self::put(__BOND_requests::$arguments, __BOND_requests::$named, $path, self::follow($chain));
    }

    private static function put(array &$arguments, array &$named, array $path, $value)
    {
        $place = &$arguments;
        if ($path[0] === 'kwargs') {
            $place = &$named;
            array_shift($path);
        }
        foreach ($path as $step) {
            $place = &$place[$step];
        }
        $place = $value;
    }

    /** The text of the answer: what is imported is held even if it could cross. */
    public static function encode()
    {
        $imported = self::$imported;
        self::$imported = null;
        return $imported === null ? __BOND_holding::result(__BOND_requests::$value)
            : __BOND_json::encode([[null], [[[0], _BOND_hold($imported), $imported]]]);
    }
}
