<?php
// Answers what the host has asked for: writes what it has come to, whole or in parts, or holds what cannot cross.

final class __BOND_answers
{
    const LONG_LIST = 1024;   // items; longer lists and texts cross in parts
    const LONG_TEXT = 262144; // bytes

    /** Answers the request that has been carried out. */
    public static function send()
    {
        if (__BOND_signals::$state === __BOND_signals::HELD) {
            __BOND_signals::release(); // what encodes the value may run code of the user's
        }
        list($verb, , $request) = __BOND_requests::$request;
        if (__BOND_streams::$written && __BOND_loop::$depth === 0) {
            __BOND_streams::$written = []; // of what has not been sent
        }
        if (__BOND_errors::$hasSettings && (ini_get('display_errors') !== __BOND_errors::$display
            || __BOND_errors::$hasStoppedLog && ini_get('error_log') || $verb !== 'CALL')) {
            __BOND_errors::redirect();
        }
        if (__BOND_requests::$converts) {
            __BOND_requests::$value = __BOND_converting::result(__BOND_requests::$value, $verb);
        }
        $text = $verb === 'CALL' || $verb === 'EVAL' ? self::encodeValue($request) : self::heldText($verb);
        // While destructors may still fail, or call the host.
        __BOND_requests::$value = __BOND_requests::$arguments = __BOND_requests::$named = null;
        __BOND_signals::hold();
        __BOND_requests::$busy = false;
        __BOND_streams::say($text, "RETURN $request ");
        __BOND_requests::$request = __BOND_requests::IDLE;
    }

    /** The answer to what holds what cannot cross. */
    private static function heldText($verb)
    {
        if (!isset(__BOND_requests::HOLDING[$verb]) || $verb === 'EVAL_BLOCK_HOLD') {
            return '';
        }
        __BOND_code::need('holding');
        return $verb === 'CHAIN' ? __BOND_chains::encode() : __BOND_holding::result(__BOND_requests::$value);
    }

    private static function encodeValue($request)
    {
        if (__BOND_requests::$takesParts && self::isLong(__BOND_requests::$value) && !class_exists('__BOND_live', false)) {
            __BOND_code::need('chunks');
            if (__BOND_chunks::canSay(__BOND_requests::$value)) {
                return __BOND_chunks::say($request);
            }
        }
        try {
            return __BOND_json::encode(__BOND_requests::$value);
        } catch (_BOND_SerializationException $error) {
            if (!class_exists('__BOND_live', false)) {
                throw $error;
            }
            return '@[' . __BOND_live::encode([__BOND_requests::$value], null, $error) . ']';
        }
    }

    private static function isLong($value)
    {
        return is_array($value) ? isset($value[self::LONG_LIST]) : is_string($value) && isset($value[self::LONG_TEXT]);
    }
}
