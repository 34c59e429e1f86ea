<?php
//: lazy
// Traces without the frames between the call of a function and its original.

final class __BOND_retracing
{
    /** Takes what the bond has added out of what an exception says about where it was thrown. */
    public static function clean($error)
    {
        for (; $error instanceof Throwable; $error = $error->getPrevious()) {
            $trace = $error->getTrace();
            $cleaned = self::cleaned($trace);
            if ($cleaned !== $trace) {
                $property = new ReflectionProperty($error instanceof Exception ? 'Exception' : 'Error', 'trace');
                $property->setAccessible(true);
                $property->setValue($error, $cleaned);
            }
        }
    }

    /** The same for what a function has caught: it may have been thrown in the same original. */
    public static function caught($error)
    {
        if (__BOND_replaced::$calls) {
            self::clean($error);
        }
    }

    private static function cleaned(array $trace)
    {
        $kept = [];
        for ($i = 0; isset($trace[$i]); ++$i) {
            $asked = self::isOf($trace[$i], '__BOND_replaced', 'run') ? self::askedAt($trace, $i) : null;
            if (self::isOf($trace[$i], '__BOND_replaced', 'generate') || self::isOf($trace[$i], '__BOND_replaced', 'generateReferences')) {
                array_pop($kept);
                $i += isset($trace[$i + 1]) && self::isOf($trace[$i + 1], '__BOND_replaced', 'iterateReferences') ? 1 : 0;
            } elseif ($asked !== null) {
                array_pop($kept); // the original, as the driver has called it
                self::dropCaller($kept);
                $i = $asked;
            } else {
                $kept[] = $trace[$i];
            }
        }
        return $kept;
    }

    /** What stands between the driver and the original, where it has been called for another class. */
    private static function dropCaller(array &$kept)
    {
        $names = ['forward_static_call_array' => true];
        while ($kept && isset($names[end($kept)['function']])) {
            array_pop($kept);
            array_pop($kept);
        }
    }

    /** The frame from which the driver was asked for a replacement, if all that is between is the driver's. */
    private static function askedAt(array $trace, $i)
    {
        for (; isset($trace[$i]); ++$i) {
            if (self::isOf($trace[$i], '__BOND_replaced', 'call')) {
                return isset($trace[$i + 1]) && self::isOf($trace[$i + 1], '__BOND_replaced', 'iterate') ? $i + 1 : $i;
            }
        }
        return null;
    }

    private static function isOf(array $frame, $class, $function)
    {
        return isset($frame['class']) && $frame['class'] === $class && $frame['function'] === $function;
    }

    // ---- What the program asks for

    public static function backtrace($options = DEBUG_BACKTRACE_PROVIDE_OBJECT, $limit = 0)
    {
        return self::limited(debug_backtrace($options), $limit);
    }

    /** A trace from what has asked for it on. */
    private static function limited(array $trace, $limit)
    {
        $trace = self::cleaned(array_slice($trace, 1));
        return $limit > 0 ? array_slice($trace, 0, $limit) : $trace;
    }

    public static function printBacktrace($options = 0, $limit = 0)
    {
        foreach (self::limited(debug_backtrace($options & ~DEBUG_BACKTRACE_PROVIDE_OBJECT), $limit) as $i => $frame) {
            $name = (isset($frame['class']) ? $frame['class'] . $frame['type'] : '') . $frame['function'];
            $hasArguments = isset($frame['args']) && !($options & DEBUG_BACKTRACE_IGNORE_ARGS);
            $arguments = implode(', ', array_map([__CLASS__, 'argument'], $hasArguments ? $frame['args'] : []));
            $file = isset($frame['file']) ? $frame['file'] : '[internal function]';
            $line = isset($frame['line']) ? $frame['line'] : '';
            echo PHP_VERSION_ID < 80100 ? "#$i  $name($arguments) called at [$file:$line]\n"
                : "#$i " . ($line === '' ? $file : "$file($line)") . ": $name($arguments)\n";
        }
    }

    private static function argument($value)
    {
        if (is_object($value) || is_array($value)) {
            return is_array($value) ? 'Array' : 'Object(' . get_class($value) . ')';
        }
        if (is_string($value)) {
            return PHP_VERSION_ID < 80100 ? $value : "'" . (strlen($value) > 15 ? substr($value, 0, 15) . '...' : $value) . "'";
        }
        if ($value === null || is_bool($value)) {
            return $value === null ? 'NULL' : json_encode($value);
        }
        return is_resource($value) ? 'Resource id #' . (int) $value : (string) $value;
    }
}
