<?php
//: lazy
// Arguments that refer to something, or have names, and calls of what is no function's name.

final class __BOND_arguments
{
    /** Calls what has such arguments, or is no function's name; returns code for that, or null if it has been done. */
    public static function prepareCall(array $call)
    {
        $name = $call[0];
        __BOND_requests::$arguments = $call[1];
        __BOND_requests::$named = isset($call[3]) ? self::namesChecked($call[3]) : [];
        __BOND_requests::withFunctions($name);
        $isPlain = !__BOND_requests::$named;
        foreach (isset($call[2]) ? $call[2] : [] as $reference) {
            $isPlain = !self::resolve($reference[0], $reference[1], '&') && $isPlain;
        }
        if ($isPlain && function_exists($name)) {
            __BOND_signals::release();
            __BOND_requests::$value = $name(...__BOND_requests::$arguments);
            return null;
        }
        if ($name === '_BOND_load') {
            return __BOND_loading::code(__BOND_requests::$arguments);
        }
        // A function without a name ends where its call would begin.
        $callee = __BOND_requests::find('/^\s*(static\s+)?(fn|function)\b/i', $name) ? "($name)" : $name;
        return __BOND_requests::statement($callee . self::argumentList());
    }

    /** Arguments by name, if there can be some. PHP would take a name such as '1' for a place. */
    public static function namesChecked(array $named)
    {
        if ($named && PHP_VERSION_ID < 80000) {
            throw new BadFunctionCallException('arguments by name need PHP 8: this is PHP ' . PHP_VERSION);
        }
        foreach (array_filter(array_keys($named), 'is_int') as $name) {
            throw new BadFunctionCallException("no argument can have the name '$name'");
        }
        return $named;
    }

    private static function argumentList()
    {
        $list = [];
        foreach (__BOND_requests::$arguments as $index => $argument) {
            $list[] = "\\__BOND_requests::\$arguments[$index]";
        }
        if (__BOND_requests::$named) {
            $list[] = '...\\__BOND_requests::$named';
        }
        return '(' . implode(', ', $list) . ')';
    }

    /** The values, with what expressions refer to put in their places. */
    public static function withReferences(array $values, array $references)
    {
        $outer = __BOND_requests::$arguments;
        try {
            __BOND_signals::hold();
            __BOND_requests::$arguments = $values;
            foreach ($references as $reference) {
                self::resolve($reference[0], $reference[1]);
            }
            return __BOND_requests::$arguments;
        } finally {
            __BOND_requests::$arguments = $outer;
            __BOND_signals::release();
        }
    }

    /** The value of an expression, in the middle of a call. */
    public static function evaluateExpression($code)
    {
        __BOND_code::$address = null;
        __BOND_requests::$code = __BOND_requests::withFunctions("return $code\n;");
        __BOND_code::need('evaluation');
        return __BOND_evaluate();
    }

    /**
     * Puts what an expression refers to among the arguments; with `&`, a variable itself, for functions that change it. Tells
     * whether it may be more than a value: a function that the host has lent is none, and is made without code.
     */
    private static function resolve(array $path, $expression, $sign = '')
    {
        if (!is_string($expression)) {
            __BOND_code::need('references');
            __BOND_code::need('chains');
            __BOND_chains::resolve($path, $expression);
            return true;
        }
        if (!isset($path[1]) && preg_match('/^_BOND_callback\((\d+)(, 1)?\)$/D', $expression, $lent)) {
            __BOND_code::need('references');
            __BOND_requests::$arguments[$path[0]] = _BOND_callback((int) $lent[1], isset($lent[2]));
            return false;
        }
        $place = '\\__BOND_requests::$arguments';
        if ($path[0] === 'kwargs') {
            $place = '\\__BOND_requests::$named';
            array_shift($path);
        }
        foreach ($path as $step) {
            $place .= '[' . var_export($step, true) . ']';
        }
        if (__BOND_requests::find('/^\s*\$(\w+)(\s*->\s*\w+|\[[^\[\]]*\])*\s*$/D', $expression, $variable)) {
            if (!array_key_exists($variable[1], $GLOBALS)) {
                $GLOBALS[$variable[1]] = null; // a function that is given it may fill it
            }
        } elseif (count($path) > 1 || !__BOND_requests::find('/^_BOND_held\(\d+\)$/D', $expression)) {
            $sign = '';
        }
        __BOND_code::$address = null;
        __BOND_requests::$code = __BOND_requests::withFunctions("$place = $sign$expression\n;");
        __BOND_code::need('evaluation');
        __BOND_evaluate();
        return true;
    }

    /** The value of a call of what is no function's name, but an expression: it sees what is global. */
    public static function callExpression($__BOND_name, array $__BOND_arguments)
    {
        foreach (array_diff(array_keys($GLOBALS), ['GLOBALS', 'this', '__BOND_name', '__BOND_arguments']) as $__BOND_global) {
            $$__BOND_global = &$GLOBALS[$__BOND_global];
        }
        $__BOND_callee = __BOND_requests::find('/^\s*(static\s+)?(fn|function)\b/i', $__BOND_name) ? "($__BOND_name)" : $__BOND_name;
        return eval("return $__BOND_callee(...\$__BOND_arguments);");
    }
}
