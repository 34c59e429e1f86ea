<?php
//: lazy
// What EJSON has beyond JSON: bytes, dates, maps, numbers that are none in JSON.

__BOND_code::need('values');
__BOND_code::need('blocks');

/** A word of EJSON, in the place of an object. */
final class __BOND_word implements JsonSerializable
{
    private $form;

    public function __construct(array $form)
    {
        $this->form = $form;
    }

    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return $this->form;
    }
}

final class __BOND_ejson
{
    const UNPACK = [
        'int8' => 'c', 'uint8' => 'C', 'uint8clamped' => 'C', 'int16' => 's', 'uint16' => 'S', 'int32' => 'l', 'uint32' => 'L',
        'int64' => 'q', 'uint64' => 'Q', 'float32' => 'f', 'float64' => 'd',
    ];

    /** Puts words of EJSON in the place of what JSON has none for. */
    public static function spell($value, $path, $depth)
    {
        if ($depth > __BOND_values::DEEPEST) {
            __BOND_values::refuseDepth($path);
        }
        if (is_array($value)) {
            return self::spellEntries($value, $path, $depth);
        }
        if (is_object($value)) {
            return $value instanceof __BOND_word ? $value : (object) self::spellEntries((array) $value, $path, $depth);
        }
        if (is_string($value)) {
            return __BOND_values::isText($value) ? $value : ['$binary' => self::binary($value)];
        }
        if (is_float($value) && !is_finite($value)) {
            return ['$numberDouble' => is_nan($value) ? 'NaN' : ($value > 0 ? 'Infinity' : '-Infinity')];
        }
        if ($value !== null && !is_scalar($value)) {
            __BOND_values::refuse($path, 'a value of type ' . gettype($value) . ' cannot be carried by EJSON: hold() it');
        }
        return $value;
    }

    private static function binary($bytes)
    {
        if (__BOND_json::$takesBlocks && isset($bytes[__BOND_blocks::LONG - 1])) {
            return ['block' => __BOND_blocks::beside($bytes)];
        }
        return ['base64' => base64_encode($bytes), 'subType' => '00'];
    }

    private static function spellEntries(array $entries, $path, $depth)
    {
        $spelled = [];
        foreach ($entries as $key => $item) {
            if (is_string($key) && !__BOND_values::isText($key)) {
                return ['$map' => self::spellPairs($entries, $path, $depth)];
            }
            $name = strncmp($key, '$', 1) === 0 ? '$' . $key : $key;
            $spelled[$name] = self::isPlainScalar($item) ? $item : self::spell($item, __BOND_values::below($path, $key), $depth + 1);
        }
        return $spelled;
    }

    private static function spellPairs(array $entries, $path, $depth)
    {
        $pairs = [];
        foreach ($entries as $key => $item) {
            $pairs[] = [self::spell($key, $path, $depth), self::spell($item, __BOND_values::below($path, $key), $depth + 1)];
        }
        return $pairs;
    }

    /** Whether spelling out would change nothing. */
    private static function isPlainScalar($value)
    {
        if (is_string($value)) {
            return __BOND_values::isText($value);
        }
        return is_float($value) ? is_finite($value) : $value === null || is_scalar($value);
    }

    /** The same as `readWords` for all of a message. */
    public static function readAll($value)
    {
        try {
            return self::readWords($value);
        } finally {
            __BOND_blocks::forgetNamed();
        }
    }

    /** The bytes that a word says or names. */
    private static function bytesOf(array $content)
    {
        return isset($content['block']) ? __BOND_blocks::bytesAt($content['block']) : base64_decode($content['base64']);
    }

    public static function readWords($value)
    {
        if (!is_array($value)) {
            return $value;
        }
        $word = count($value) === 1 ? (string) key($value) : '';
        if (isset($word[1]) && $word[0] === '$' && $word[1] !== '$') {
            return self::readWord(key($value), current($value));
        }
        $read = [];
        foreach ($value as $key => $item) {
            $key = is_string($key) && strncmp($key, '$$', 2) === 0 ? substr($key, 1) : $key;
            $read[$key] = is_array($item) ? self::readWords($item) : $item;
        }
        return $read;
    }

    private static function readWord($word, $content)
    {
        switch ($word) {
            case '$numberDouble':
                $odd = ['NaN' => NAN, 'Infinity' => INF, '-Infinity' => -INF];
                return isset($odd[$content]) ? $odd[$content] : (float) $content;
            case '$binary':
                return self::bytesOf($content);
            case '$date':
                return self::readDate((int) $content['$numberLong']);
            case '$map':
                return self::readMap($content);
            case '$set':
                return array_map([__CLASS__, 'readWords'], $content);
            case '$typedArray':
                return self::readTypedArray($content['type'], self::bytesOf($content));
            case '$ndarray':
                return self::readArray($content['type'], $content['shape'], self::readWords($content['data']));
        }
        __BOND_values::refuse(__BOND_json::RECEIVED, "$word is not a word of EJSON");
    }

    private static function readDate($milliseconds)
    {
        $fraction = ($milliseconds % 1000 + 1000) % 1000;
        $seconds = intdiv($milliseconds - $fraction, 1000);
        return DateTimeImmutable::createFromFormat('U u', sprintf('%d %06d', $seconds, $fraction * 1000))
            ->setTimezone(new DateTimeZone('UTC'));
    }

    private static function readMap(array $pairs)
    {
        $map = [];
        foreach ($pairs as list($key, $item)) {
            $key = self::readWords($key);
            if (!is_string($key) && !is_int($key)) {
                $kind = is_object($key) ? get_class($key) : gettype($key);
                __BOND_values::refuse(__BOND_json::RECEIVED, "a key of a Map is of type $kind: in PHP, they are integers and strings");
            }
            if (array_key_exists($key, $map)) {
                __BOND_values::refuse(__BOND_json::RECEIVED, 'two keys of a Map are the same in PHP: ' . __BOND_values::below('', $key));
            }
            $map[$key] = self::readWords($item);
        }
        return $map;
    }

    /** An array of the host's as lists in lists. */
    private static function readArray($type, array $shape, $data)
    {
        $items = is_string($data) ? array_values(unpack('C*', $data)) : $data;
        return self::nest($type === 'bool' ? array_map('boolval', $items) : $items, $shape);
    }

    private static function nest(array $items, array $shape)
    {
        if (count($shape) < 2) {
            return $shape ? $items : $items[0];
        }
        $count = array_shift($shape);
        $length = $count ? intdiv(count($items), $count) : 0;
        $lists = [];
        for ($row = 0; $row < $count; $row++) {
            $lists[] = self::nest(array_slice($items, $row * $length, $length), $shape);
        }
        return $lists;
    }

    private static function readTypedArray($type, $bytes)
    {
        $isBackwards = pack('v', 1) !== pack('S', 1); // this machine has the first byte last
        $items = array_values(unpack(self::UNPACK[$type] . '*', $isBackwards ? strrev($bytes) : $bytes));
        if ($type === 'uint64' && $items && min($items) < 0) {
            __BOND_values::refuse(__BOND_json::RECEIVED, 'an item of a BigUint64Array is beyond 64 bits with a sign');
        }
        return $isBackwards ? array_reverse($items) : $items;
    }
}
