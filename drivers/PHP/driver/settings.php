<?php
//: lazy
// Code that changes settings, by which errors may go elsewhere.

final class __BOND_settings
{
    /** Code of a block in which ini_set() is a function that looks at once where errors go. */
    public static function watch($code)
    {
        if (!__BOND_errors::$hasSettings || !function_exists('token_get_all')) {
            return $code;
        }
        $text = '';
        $before = null;
        foreach (token_get_all("<?php $code") as $token) {
            list($kind, $word) = is_array($token) ? $token : [null, $token];
            if (!in_array($before, [T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION], true)
                && in_array(strtolower($word), ['ini_set', '\\ini_set'], true)) {
                $word = str_ireplace('ini_set', '_BOND_ini_set', $word);
            }
            $text .= $word;
            $before = $kind === T_WHITESPACE ? $before : $kind;
        }
        return substr($text, strlen('<?php '));
    }
}

/** ini_set(), in a block of code: where errors go is looked at before the next one. */
function _BOND_ini_set($option, $value)
{
    $before = ini_set($option, $value);
    __BOND_errors::redirect();
    return $before;
}
