<?php
//: lazy
// Calls functions of the host, and makes those that it exports.

__BOND_code::need('frames');

final class __BOND_host
{
    public static $holding = [];    // functions that get what cannot cross as handles, by what they are called on the wire
    private static $exported = [];

    /** `$called` is what the function is called on the wire: its name as JSON text, or a number. */
    public static function call($name, array $arguments, $called)
    {
        if (__BOND_loop::$isWaiting || __BOND_streams::$isSaying) {
            $reason = 'it cannot be called in the middle of an exchange with it';
            throw new RuntimeException("$name is a function of the host: $reason");
        }
        if (__BOND_stdin::isFork()) {
            throw new RuntimeException("$name is a function of the host: a forked process cannot call it");
        }
        $isNamed = $arguments && !array_key_exists(count($arguments) - 1, $arguments);
        if ($isNamed) {
            $arguments = self::withNamed($arguments);
        }
        if (__BOND_requests::$converts) {
            $arguments = __BOND_converting::converted($arguments, "$name(): args");
        }
        $end = $isNamed ? ',null,true]' : ']';
        try {
            $payload = __BOND_json::encode($arguments, "$name(): args");
        } catch (_BOND_SerializationException $error) {
            if (isset(self::$holding[$called])) {
                __BOND_code::need('holding');
                $payload = __BOND_holding::values($arguments, $isNamed);
            } elseif (class_exists('__BOND_live', false)) {
                $payload = __BOND_live::encode($arguments, "$name(): args", $error);
            } else {
                throw $error;
            }
            $end = $isNamed ? ',true]' : ']';
        }
        $payload .= $end;
        list($verb, $frame, , $payload) = __BOND_frames::serve("[$called,", $payload);
        if (__BOND_interrupts::$interrupted) {
            __BOND_interrupts::$interrupted = false;
            throw new _BOND_InterruptException('interrupted by the host');
        }
        if ($verb === 'RETURN') {
            return __BOND_json::decode($payload);
        }
        if ($verb === 'RETURN_WITH') {
            $value = __BOND_json::decode($payload);
            __BOND_code::need('arguments');
            return __BOND_arguments::withReferences($value[0], $value[1])[0];
        }
        $error = self::errorOf($verb, $payload);
        $error->bondCall = (int) $frame;
        throw $error;
    }

    /** Arguments by position, and behind them one that has those by name. */
    private static function withNamed(array $arguments)
    {
        $named = array_filter($arguments, 'is_string', ARRAY_FILTER_USE_KEY);
        return array_merge(array_values(array_diff_key($arguments, $named)), [$named]);
    }

    /** What the host tells of an error of its own. */
    private static function errorOf($verb, $payload)
    {
        try {
            $told = __BOND_json::decode($payload);
        } catch (_BOND_SerializationException $failure) {
            $told = json_decode(self::withWholeCharacters($payload), true);
            if (!isset($told['message']) || array_key_exists('data', $told)) {
                return $failure;
            }
        }
        if ($verb === 'ERROR') {
            return new _BOND_SerializationException($told['message']);
        }
        $error = new _BOND_RemoteException($told['message']);
        $error->data = array_key_exists('data', $told) ? $told['data'] : $told['message'];
        $error->type = isset($told['type']) ? $told['type'] : null;
        $error->stack = isset($told['stack']) ? $told['stack'] : null;
        __BOND_code::need('tracebacks');
        __BOND_code::need('stacks');
        __BOND_stacks::place($error);
        return $error;
    }

    /** JSON text with U+FFFD in the place of each half of a surrogate pair, which PHP's strings have no form for. */
    private static function withWholeCharacters($text)
    {
        $whole = '\\\\(?:[^u]|u(?![dD][89a-fA-F])....|u[dD][89abAB]..\\\\u[dD][c-fC-F]..)';
        return preg_replace("/$whole(*SKIP)(*FAIL)|\\\\u[dD][89a-fA-F]../", '\ufffd', $text);
    }

    public static function export($name, $isHolding = false)
    {
        $word = '[a-zA-Z_\x80-\xff][\w\x80-\xff]*';
        if (!__BOND_requests::find("/^\\\\?((?:$word\\\\)*)($word)$/D", $name, $parts)) {
            throw new InvalidArgumentException("'$name' is not a valid name for a function");
        }
        $key = strtolower($parts[1] . $parts[2]);
        if (!isset(self::$exported[$key])) {
            if (function_exists($key)) {
                $advice = 'give it another name, or a namespace';
                throw new InvalidArgumentException("cannot replace the existing function $name(): $advice");
            }
            $namespace = $parts[1] === '' ? '' : 'namespace ' . substr($parts[1], 0, -1) . '; ';
            $literals = var_export($name, true) . ', $arguments, ' . var_export(json_encode($name), true);
            eval("{$namespace}function $parts[2](...\$arguments) { return \\__BOND_host::call($literals); }");
            self::$exported[$key] = true;
        }
        unset(self::$holding[json_encode($name)]);
        if ($isHolding) {
            self::$holding[json_encode($name)] = true;
        }
    }
}
