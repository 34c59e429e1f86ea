<?php
// Writes and reads values as JSON, exactly, or with an error that says where the value sits.

final class __BOND_json
{
    const FLAGS = JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES;
    const DEPTH = 20000;
    const PRECISION = PHP_VERSION_ID < 70100 ? '17' : '-1';
    const RECEIVED = 'what the host sent cannot be decoded';

    public static $isExtended = false;  // whether the protocol is EJSON, which has words for more than JSON

    public static $takesBlocks = false; // the host takes many bytes beside the text

    /** JSON text of a value, in ASCII; what the protocol would change on the way is an error that says where it sits. */
    public static function encode($value, $root = 'result')
    {
        if (is_int($value)) {
            return (string) $value;
        }
        $isArray = is_array($value);
        if ($isArray || is_float($value) || is_object($value)) {
            if (__BOND_errors::$hasSettings && ini_get('serialize_precision') !== self::PRECISION) {
                ini_set('serialize_precision', self::PRECISION); // user code has changed it; floats would be rounded
            }
            if ($isArray ? !self::isPlain($value, 0) : is_object($value)) {
                __BOND_code::need('values');
                $value = __BOND_values::simplify($value, $root, 0);
            }
        }
        $text = json_encode($value, self::FLAGS, self::DEPTH);
        if (__BOND_json::$isExtended && ($text === false || strpos($text, '$') !== false && self::hasWords($text))) {
            __BOND_code::need('ejson');
            __BOND_blocks::next();
            $value = __BOND_ejson::spell($value, $root, 0);
            $text = json_encode($value, self::FLAGS, self::DEPTH);
        }
        if ($text === false) {
            $error = json_last_error();
            __BOND_code::need('values');
            __BOND_values::refuse(__BOND_values::findCulprit($value, $root), __BOND_values::reasonOf($error));
        }
        return $text;
    }

    /** Whether an array holds no object at any depth: of most objects, json_encode would silently make something else. */
    private static function isPlain(array $value, $depth)
    {
        if ($depth > self::DEPTH) {
            return false;
        }
        foreach ($value as $item) {
            if (is_array($item)) {
                foreach ($item as $inner) { // two levels a call: the rows of a table are many, and short
                    if (is_array($inner) ? !self::isPlain($inner, $depth + 2) : is_object($inner)) {
                        return false;
                    }
                }
            } elseif (is_object($item)) {
                return false;
            }
        }
        return true;
    }

    public static function decode($text)
    {
        $value = json_decode($text, true, self::DEPTH);
        if ($value === null && json_last_error() !== JSON_ERROR_NONE) {
            $reason = json_last_error_msg();
            __BOND_code::need('values');
            __BOND_values::refuse(self::RECEIVED, $reason);
        }
        if (isset($text[18]) && preg_match('/\d++(?<=\d{19})/', $text) !== 0
            && preg_match('/(?:^|[\[,:\- ])\d{19}/', $text) !== 0) {
            __BOND_code::need('values');
            __BOND_values::refuseRounding($value, json_decode($text, true, self::DEPTH, JSON_BIGINT_AS_STRING));
        }
        if (__BOND_json::$isExtended && strpos($text, '$') !== false && self::hasWords($text)) {
            __BOND_code::need('ejson');
            return __BOND_ejson::readAll($value);
        }
        return $value;
    }

    /** Whether there are keys in a text with `$` that begin with it: words of EJSON, or keys that would be taken for one. */
    private static function hasWords($text)
    {
        return strpos($text, '"$') !== false && preg_match('/[{,]\s*"\$(?:[^"\\\\]++|\\\\.)*+"\s*:/', $text) !== 0;
    }
}
