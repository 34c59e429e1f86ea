<?php
//: lazy
// What all protocols need: the form of objects, and errors that say where a value sits.

final class __BOND_values
{
    const DEEPEST = 2000; // of what has to be looked at piece by piece
    const LAST_MOMENT = 8640000000000000; // of JavaScript's Date, in milliseconds; the first is as far from 1970

    /** Replaces objects by the form that they have in the protocol. */
    public static function simplify($value, $path, $depth)
    {
        if ($depth > self::DEEPEST) {
            self::refuseDepth($path);
        }
        if (is_array($value)) {
            return self::simplifyEntries($value, $path, $depth);
        }
        if ($value instanceof JsonSerializable) {
            $form = $value->jsonSerialize();
            return is_array($form) || is_object($form) ? self::simplify($form, $path, $depth + 1) : $form;
        }
        if ($value instanceof stdClass) {
            $entries = get_class($value) === 'stdClass' ? (array) $value : get_object_vars($value);
            $entries = self::simplifyEntries($entries, $path, $depth);
            return self::isList($entries) ? (object) $entries : $entries;
        }
        if (__BOND_json::$isExtended && $value instanceof DateTimeInterface) {
            __BOND_code::need('ejson');
            return new __BOND_word(['$date' => ['$numberLong' => (string) self::millisecondsOf($value, $path)]]);
        }
        $class = strtok(get_class($value), "\0");
        self::refuse($path, "an object of class $class cannot be carried by " . self::name() . self::advice($value));
    }

    private static function simplifyEntries(array $entries, $path, $depth)
    {
        foreach ($entries as $key => $item) {
            if (is_array($item) || is_object($item)) {
                unset($simple);
                $simple = self::simplify($item, self::below($path, $key), $depth + 1);
                $entries[$key] = &$simple; // not a copy: that would change a variable which the entry refers to
            }
        }
        return $entries;
    }

    private static function millisecondsOf(DateTimeInterface $moment, $path)
    {
        try { // what the moment is, whatever methods its class has
            list($seconds, $microseconds) = [date_timestamp_get($moment), (int) date_format($moment, 'u')];
        } catch (Error $error) {
            self::refuse($path, 'a date that was never initialized cannot be carried');
        }
        if ($microseconds % 1000) {
            self::refuse($path, 'a moment with microseconds cannot be carried, because Date has milliseconds: '
                . "send its ->format('Y-m-d\TH:i:s.uP'), or make it anew from its ->format('Y-m-d\TH:i:s.vP'), or convert all by presets.PHP.dates({ microseconds: 'truncate' })");
        }
        $milliseconds = $seconds * 1000 + intdiv($microseconds, 1000);
        if (abs($milliseconds) > self::LAST_MOMENT) {
            self::refuse($path, 'a moment so far from 1970 cannot be carried: send its ->format(DATE_ATOM)');
        }
        return $milliseconds;
    }

    /** What to do about objects that have no word, because there are several forms that the host might want. */
    private static function advice($value)
    {
        if ($value instanceof UnitEnum) {
            return $value instanceof BackedEnum ? ': send its ->value' : ': send its ->name';
        }
        if ($value instanceof DateTimeInterface) {
            return ': send its ->format(DATE_ATOM)';
        }
        if ($value instanceof DateInterval || $value instanceof DatePeriod) {
            return ': convert all by presets.PHP.intervals()';
        }
        if ($value instanceof Traversable) {
            return ': iterate() over it, or hold() it';
        }
        return ($value instanceof Closure ? '' : ', unless it implements JsonSerializable') . ': hold() it';
    }

    /** Whether an array is one that json_encode takes for a list. */
    public static function isList(array $entries)
    {
        $index = 0;
        foreach ($entries as $key => $entry) {
            if ($key !== $index++) {
                return false;
            }
        }
        return true;
    }

    public static function isText($string)
    {
        return preg_match('//u', $string) === 1 || preg_last_error() !== PREG_BAD_UTF8_ERROR && self::isTextByJson($string);
    }

    /** The same where regular expressions have reached a limit that the user has set. */
    private static function isTextByJson($string)
    {
        return $string === '' || json_encode($string, JSON_PARTIAL_OUTPUT_ON_ERROR) !== 'null';
    }

    public static function refuse($path, $reason)
    {
        throw new _BOND_SerializationException("$path: $reason");
    }

    public static function refuseDepth($path)
    {
        self::refuse(substr($path, 0, 80) . '…', 'refers to itself, or is nested too deep');
    }

    /** json_decode makes a float of an integer beyond 64 bits. */
    public static function refuseRounding($value, $asString)
    {
        if (is_float($value) && is_string($asString)) {
            self::refuse(__BOND_json::RECEIVED, "the integer $asString is beyond 64 bits");
        }
        if (is_array($value)) {
            foreach ($value as $key => $item) {
                self::refuseRounding($item, $asString[$key]);
            }
        }
    }

    /** Why json_encode has refused a value: its own words do not say what to do. */
    public static function reasonOf($error)
    {
        $reasons = [
            JSON_ERROR_UNSUPPORTED_TYPE => 'a value of type resource cannot be carried by ' . self::name() . ': hold() it',
            JSON_ERROR_UTF8 => 'a string that is not UTF-8 cannot be carried by ' . self::name() . ': send base64_encode() of it',
            JSON_ERROR_INF_OR_NAN => 'INF and NAN are no JSON numbers',
            JSON_ERROR_DEPTH => 'is nested too deep',
        ];
        return isset($reasons[$error]) ? $reasons[$error] : json_last_error_msg();
    }

    public static function findCulprit($value, $path)
    {
        if (is_array($value) || is_object($value)) {
            foreach ((array) $value as $key => $item) {
                if (json_encode($item, __BOND_json::FLAGS, __BOND_json::DEPTH) === false) {
                    return strlen($path) > 200 ? "$path…" : self::findCulprit($item, self::below($path, $key));
                }
            }
        }
        return $path;
    }

    public static function below($path, $key)
    {
        if (is_int($key)) {
            return "{$path}[$key]";
        }
        return preg_match('/^[A-Za-z_]\w*$/D', $key) ? "$path.$key" : $path . '[' . json_encode($key, JSON_PARTIAL_OUTPUT_ON_ERROR) . ']';
    }

    private static function name()
    {
        return __BOND_json::$isExtended ? 'EJSON' : 'JSON';
    }
}
