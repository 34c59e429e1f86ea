<?php
// Carries out what the host asks for: evaluates, runs, and calls.

final class __BOND_requests
{
    /** Names that cannot be made global, or need not. */
    const NOT_GLOBAL = [
        'this', 'GLOBALS', '_SERVER', '_GET', '_POST', '_FILES', '_COOKIE', '_SESSION', '_REQUEST', '_ENV',
        '__BOND_names', '__BOND_name', '__BOND_before',
    ];
    // What cannot cross of their results is held, and so is what they throw.
    const HOLDING = ['CHAIN' => true, 'EVAL_HOLD' => true, 'CALL_HOLD' => true, 'EVAL_BLOCK_HOLD' => true];
    const IDLE = ['', '0', '0', ''];

    public static $request = self::IDLE; // what is being carried out: verb, frame, id, payload
    public static $code;                 // code of the request that is to be evaluated
    public static $arguments;
    public static $named;                // arguments by name
    public static $value;
    public static $locals;
    public static $busy = false;         // user code is running: only then does an interrupt stop anything
    public static $parts = [];           // the parts of long arguments so far, by request
    public static $takesParts = false;   // the host does
    public static $converts = false;     // values are converted before they cross

    /** What is to be evaluated for a request, or null if it needs no evaluation. */
    public static function prepare()
    {
        $given = __BOND_json::decode(__BOND_requests::$request[3]);
        if (__BOND_loop::$depth === 0 && __BOND_errors::$hasSettings && ini_get('max_execution_time') !== '0') {
            ini_set('max_execution_time', ini_get('max_execution_time')); // the limit is one of a request: its time begins anew
        }
        __BOND_requests::$busy = true;
        __BOND_code::$address = null;
        switch (__BOND_requests::$request[0]) {
            case 'EVAL':
            case 'EVAL_HOLD':
                list($code, $file, $line) = is_array($given) ? $given : [$given, __BOND_code::EXPRESSION, 1];
                __BOND_requests::$code = self::statement($code);
                return __BOND_code::name($file, self::withFunctions(__BOND_requests::$code), $line);
            case 'EVAL_BLOCK':
            case 'EVAL_BLOCK_HOLD':
                list($code, $file, $line) = is_array($given) ? $given : [$given, __BOND_code::BLOCK, 1];
                __BOND_requests::$code = self::block($code);
                return __BOND_code::name($file, self::withFunctions(__BOND_requests::$code), $line);
            case 'CHAIN':
                __BOND_code::need('references');
                __BOND_code::need('iterators');
                __BOND_code::need('chains');
                __BOND_signals::release();
                __BOND_requests::$value = __BOND_chains::run($given);
                return __BOND_requests::$code = null;
            case 'EXPORT':
                __BOND_host::export(...(array) $given);
                return __BOND_requests::$code = null;
        }
        if (isset(__BOND_requests::$parts[__BOND_requests::$request[2]])) {
            $given[1][] = self::takeParts(__BOND_requests::$request[2]);
        }
        return __BOND_requests::$code = self::prepareCall($given);
    }

    private static function takeParts($request)
    {
        $parts = self::$parts[$request];
        unset(self::$parts[$request]);
        return __BOND_chunks::joined($parts);
    }

    /** Text of the host, for which the functions that it may name are there. */
    private static function withFunctions($code)
    {
        if (strpos($code, '_BOND_') !== false) {
            __BOND_code::need('references');
            __BOND_code::need('iterators');
            if (strpos($code, '_BOND_live') !== false) {
                __BOND_code::need('live');
            }
            if (strpos($code, '_BOND_extend') !== false) {
                __BOND_code::need('extending');
            }
            if ($code === '_BOND_convert') {
                __BOND_code::need('converting');
            } elseif ($code === '_BOND_load' || $code === '_BOND_original') {
                __BOND_code::need('loading');
            }
        }
        return $code;
    }

    /** Looks for a pattern, or for all of its occurrences, whatever limits the user has set for regular expressions. */
    public static function find($pattern, $text, &$found = null, $search = 'preg_match')
    {
        $count = $search($pattern, $text, $found);
        if ($count !== false) {
            return $count;
        }
        __BOND_code::need('tracebacks');
        return __BOND_tracebacks::withPatterns(function () use ($pattern, $text, &$found, $search) {
            return $search($pattern, $text, $found);
        });
    }

    /** Code for an expression: echo and unset have no value, and cannot be returned. */
    private static function statement($code)
    {
        return self::find('/^\s*(echo|unset)\b/i', $code) ? "$code\n;" : "return $code\n;";
    }

    /** Code for a block, whose last statement may lack its semicolon; behind a closing tag, it would be output. */
    private static function block($code)
    {
        if (stripos($code, 'ini_set') !== false) {
            $code = __BOND_errors::watch($code);
        }
        return self::find('/[;}]\s*$/D', $code) || strpos($code, '?>') !== false ? $code : "$code\n;";
    }

    private static function prepareCall(array $call)
    {
        $name = $call[0];
        if (!isset($call[2]) && (function_exists($name) || function_exists(self::withFunctions($name)))) {
            __BOND_signals::release();
            __BOND_requests::$value = $name(...$call[1]);
            return null;
        }
        __BOND_requests::$arguments = $call[1];
        __BOND_requests::$named = isset($call[3]) ? self::namesChecked($call[3]) : [];
        self::withFunctions($name);
        foreach (isset($call[2]) ? $call[2] : [] as $reference) {
            self::resolve($reference[0], $reference[1], '&');
        }
        if ($name === '_BOND_load') {
            return __BOND_loading::code(self::$arguments);
        }
        // A function without a name ends where its call would begin.
        $callee = self::find('/^\s*(static\s+)?(fn|function)\b/i', $name) ? "($name)" : $name;
        return self::statement($callee . self::argumentList());
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
        foreach (self::$arguments as $index => $argument) {
            $list[] = "\\__BOND_requests::\$arguments[$index]";
        }
        if (self::$named) {
            $list[] = '...\\__BOND_requests::$named';
        }
        return '(' . implode(', ', $list) . ')';
    }

    /** The values, with what expressions refer to put in their places. */
    public static function withReferences(array $values, array $references)
    {
        $outer = self::$arguments;
        try {
            __BOND_signals::hold();
            self::$arguments = $values;
            foreach ($references as $reference) {
                self::resolve($reference[0], $reference[1]);
            }
            return self::$arguments;
        } finally {
            self::$arguments = $outer;
            __BOND_signals::release();
        }
    }

    /** The value of an expression, in the middle of a call. */
    public static function evaluateExpression($code)
    {
        __BOND_code::$address = null;
        self::$code = self::withFunctions("return $code\n;");
        return __BOND_evaluate();
    }

    /** Puts what an expression refers to among the arguments; with `&`, a variable itself, for functions that change it. */
    private static function resolve(array $path, $expression, $sign = '')
    {
        if (!is_string($expression)) {
            __BOND_code::need('references');
            __BOND_code::need('chains');
            __BOND_chains::resolve($path, $expression);
            return;
        }
        $place = '\\__BOND_requests::$arguments';
        if ($path[0] === 'kwargs') {
            $place = '\\__BOND_requests::$named';
            array_shift($path);
        }
        foreach ($path as $step) {
            $place .= '[' . var_export($step, true) . ']';
        }
        if (self::find('/^\s*\$(\w+)(\s*->\s*\w+|\[[^\[\]]*\])*\s*$/D', $expression, $variable)) {
            if (!array_key_exists($variable[1], $GLOBALS)) {
                $GLOBALS[$variable[1]] = null; // a function that is given it may fill it
            }
        } elseif (count($path) > 1 || !self::find('/^_BOND_held\(\d+\)$/D', $expression)) {
            $sign = '';
        }
        __BOND_code::$address = null;
        self::$code = self::withFunctions("$place = $sign$expression\n;");
        __BOND_evaluate();
    }

    /** The value of a call of what is no function's name, but an expression: it sees what is global. */
    public static function callExpression($__BOND_name, array $__BOND_arguments)
    {
        foreach (array_diff(array_keys($GLOBALS), ['GLOBALS', 'this', '__BOND_name', '__BOND_arguments']) as $__BOND_global) {
            $$__BOND_global = &$GLOBALS[$__BOND_global];
        }
        $__BOND_callee = self::find('/^\s*(static\s+)?(fn|function)\b/i', $__BOND_name) ? "($__BOND_name)" : $__BOND_name;
        return eval("return $__BOND_callee(...\$__BOND_arguments);");
    }
}
