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
                __BOND_code::need('host-calls');
                __BOND_host::export(...(array) $given);
                return __BOND_requests::$code = null;
        }
        if (isset(__BOND_requests::$parts[__BOND_requests::$request[2]])) {
            $given[1][] = __BOND_chunks::taken(__BOND_requests::$request[2]);
        }
        return __BOND_requests::$code = self::prepareCall($given);
    }

    /** Text of the host, for which the functions that it may name are there. */
    public static function withFunctions($code)
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
    public static function statement($code)
    {
        return self::find('/^\s*(echo|unset)\b/i', $code) ? "$code\n;" : "return $code\n;";
    }

    /** Code for a block, whose last statement may lack its semicolon; behind a closing tag, it would be output. */
    private static function block($code)
    {
        if (stripos($code, 'ini_set') !== false) {
            __BOND_code::need('settings');
            $code = __BOND_settings::watch($code);
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
        __BOND_code::need('arguments');
        return __BOND_arguments::prepareCall($call);
    }
}
