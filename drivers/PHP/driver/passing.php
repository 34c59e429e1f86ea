<?php
//: lazy
// Arguments and results of functions that are replaced, on their way to the host and back.

/** A parameter by reference, for a function of the host: its value is that of the variable. */
final class _BOND_Reference
{
    public $value;

    public function __construct(&$variable)
    {
        $this->value = &$variable;
    }
}

final class __BOND_passing
{
    /** Puts what the host can change in the places of arguments by reference. */
    public static function box(array &$arguments, array &$references)
    {
        foreach ($references as $place => &$variable) {
            if (is_string($place)) { // of the first of the rest
                foreach ($variable as $key => &$item) {
                    $arguments[is_string($key) ? $key : (int) substr($place, 1) + $key] = new _BOND_Reference($item);
                }
            } elseif (array_key_exists($place, $arguments)) {
                $arguments[$place] = new _BOND_Reference($variable);
            }
        }
    }

    /** Whether a value is what has become of another one in the host: what is passed on unchanged stays the same value. */
    public static function isSame($here, $back)
    {
        if ($here === $back) {
            return true;
        }
        if (is_float($here)) {
            return is_int($back) && (float) $back === $here || is_float($back) && is_nan($here) && is_nan($back);
        }
        if ($here instanceof DateTimeInterface) {
            return $back instanceof DateTimeInterface && $here == $back;
        }
        if ($here instanceof JsonSerializable) {
            return !is_object($back) && self::isSame($here->jsonSerialize(), $back);
        }
        $entries = is_object($here) && get_class($here) === 'stdClass' ? (array) $here : $here;
        if (!is_array($entries) || !is_array($back) || count($entries) !== count($back)) {
            return false;
        }
        foreach ($entries as $key => $entry) {
            if (!array_key_exists($key, $back) || !self::isSame($entry, $back[$key])) {
                return false;
            }
        }
        return true;
    }

    public static function restore(array &$arguments, array $sent)
    {
        $last = array_key_exists(count($arguments) - 1, $arguments) ? end($arguments) : null;
        $named = array_filter($sent, 'is_string', ARRAY_FILTER_USE_KEY);
        if ($named && is_array($last) && self::isSame($named, $last)) {
            array_pop($arguments);
            $arguments += $named;
        }
        foreach ($arguments as $key => $argument) {
            if (array_key_exists($key, $sent) && self::isSame($sent[$key], $argument)) {
                $arguments[$key] = $sent[$key];
            }
        }
    }

    /** Arguments with variables in the places of what stands for them. */
    public static function unboxed(array $arguments)
    {
        $passed = [];
        foreach ($arguments as $key => &$argument) {
            if ($argument instanceof _BOND_Reference) {
                $passed[$key] = &$argument->value;
            } else {
                $passed[$key] = &$argument;
            }
        }
        return $passed;
    }

    /** Whether a property has a value, which a constructor has given it for a parameter. */
    public static function has($object, $class, $name, $value)
    {
        $property = new ReflectionProperty($class, $name);
        $property->setAccessible(true);
        return $property->isInitialized($object) && $property->getValue($object) === $value;
    }

    // ---- Methods

    /** What calls a method itself, and not one that overrides it. */
    public static function method($signature, $instance, $call, $name)
    {
        $declared = strstr($name, '::', true);
        if (!$signature->isStatic && !is_object($instance)) {
            throw new BadFunctionCallException("the original of $name needs an instance as its first argument");
        }
        $class = $call ? $call->scope : (trait_exists($declared, false) && $instance ? get_class($instance) : $declared);
        $method = self::methodOf($class, new ReflectionMethod($declared, $signature->name));
        if ($signature->isStatic && $call && $call->class !== $class && !$method->isPrivate()) {
            return self::forwardStatic($call->class, [$class, $method->getName()]);
        }
        return $method->getClosure($signature->isStatic ? null : $instance);
    }

    /** A method of a class, which may come from a trait, under another name. */
    private static function methodOf($class, ReflectionMethod $declared)
    {
        $found = $declared;
        foreach (strcasecmp($class, $declared->class) === 0 ? [] : (new ReflectionClass($class))->getMethods() as $method) {
            if ($method->getFileName() !== $declared->getFileName() || $method->getStartLine() !== $declared->getStartLine()
                || $method->getEndLine() !== $declared->getEndLine()) {
                continue;
            }
            if (self::isNamed($method, $declared)) {
                return $method;
            }
            $found = $found === $declared ? $method : $found; // several may stand on one line
        }
        return $found;
    }

    /** Whether a method has the name of one of a trait, or one that the class has given to that. */
    private static function isNamed(ReflectionMethod $method, ReflectionMethod $declared)
    {
        $aliases = $method->getDeclaringClass()->getTraitAliases();
        $name = isset($aliases[$method->name]) ? $aliases[$method->name] : "$declared->class::$method->name";
        return strcasecmp($name, "$declared->class::$declared->name") === 0;
    }

    /** Calls a static method for the class that it has been called for. */
    private static function forwardStatic($class, array $method)
    {
        $forward = static function (...$arguments) use ($method) {
            return forward_static_call_array($method, $arguments);
        };
        return Closure::bind($forward, null, $class);
    }
}
