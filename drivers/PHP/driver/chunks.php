<?php
//: lazy
// Sends and takes long lists and texts in parts: one side begins with them while the other makes the rest.

__BOND_code::need('values');

final class __BOND_chunks
{
    const PART = 32768;     // about how many bytes a part has
    const FIRST_PART = 128; // how many items the first one has

    /** Whether a long value can cross in parts. */
    public static function canSay($value)
    {
        return is_array($value) ? __BOND_values::isList($value) : __BOND_values::isText($value);
    }

    /** Sends the parts of the value; what is left for the payload is nothing, or an error if something cannot cross. */
    public static function say($request)
    {
        $value = __BOND_requests::$value; // what is written may call the host, and that call code that has a value of its own
        try {
            foreach (self::partsOf($value) as $part) {
                self::sayPart($request, $part);
            }
            return '';
        } catch (_BOND_SerializationException $error) {
            self::sayPart($request, '');
            return __BOND_json::encode($value);
        }
    }

    private static function sayPart($request, $part)
    {
        __BOND_signals::hold();
        __BOND_requests::$busy = false; // an interrupt has to wait
        __BOND_streams::say($part, "PART $request ");
        __BOND_requests::$busy = true;
        __BOND_signals::release();
    }

    /** The parts of a long value, as JSON. */
    private static function partsOf($value)
    {
        return is_array($value) ? self::partsOfList($value) : self::partsOfText($value);
    }

    private static function partsOfText($text)
    {
        for ($start = 0; $start < strlen($text); $start = $end) {
            $end = min($start + self::PART, strlen($text));
            while (isset($text[$end]) && (ord($text[$end]) & 0xC0) === 0x80) {
                --$end; // not in the middle of a character
            }
            yield __BOND_json::encode(substr($text, $start, $end - $start));
        }
    }

    private static function partsOfList(array $list)
    {
        $count = self::FIRST_PART;
        for ($start = 0; $start < count($list); $start += count($items)) {
            $items = array_slice($list, $start, $count);
            $text = __BOND_json::encode($items);
            yield $text;
            $count = max(1, (int) (count($items) * self::PART / strlen($text)));
        }
    }

    /** Keeps a part of a long argument; what is empty takes back those that have come. */
    public static function keep($request, $payload)
    {
        if ($payload === "\n") {
            unset(__BOND_requests::$parts[$request]);
            return;
        }
        try {
            __BOND_requests::$parts[$request][] = __BOND_json::decode($payload);
        } catch (_BOND_SerializationException $error) {
            __BOND_requests::$parts[$request][] = $error;
        }
    }

    /** The argument that has come in parts. */
    public static function taken($request)
    {
        $parts = __BOND_requests::$parts[$request];
        unset(__BOND_requests::$parts[$request]);
        return self::joined($parts);
    }

    private static function joined(array $parts)
    {
        foreach ($parts as $part) {
            if ($part instanceof Exception) {
                throw $part; // it could not be decoded
            }
        }
        return is_array($parts[0]) ? array_merge(...$parts) : implode('', $parts);
    }
}
