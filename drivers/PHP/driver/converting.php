<?php
//: lazy
// Converts values before they cross, by their types: see docs/decisions/convert.md.

__BOND_code::need('values');
__BOND_code::need('presets');
__BOND_code::need('arguments');

final class __BOND_converting
{
    // Values of these types always cross as they are: requests of the driver's own consist of them.
    const ALWAYS_PLAIN = ['int', 'integer', 'float', 'double', 'string', 'bool', 'boolean', 'null', 'array'];
    const CONVERTED = ['CALL' => 'result', 'EVAL' => 'result', 'CALL_HOLD' => 'value', 'EVAL_HOLD' => 'value', 'CHAIN' => 'value'];
    const DEEPEST = 1000;

    private static $conversions = []; // what the host wants to be called, by the name of a type in lower case
    private static $ofClasses = [];   // the same by class, or false; of those that have been met
    private $done;                    // what each object that has a conversion has become

    public static function add($name, $code)
    {
        $key = strtolower(ltrim($name, '\\'));
        if (in_array($key, self::ALWAYS_PLAIN, true)) {
            throw new InvalidArgumentException("'$name': values of this type always cross as they are");
        }
        self::$conversions[$key] = self::compile($name, $code);
        self::$ofClasses = [];
        __BOND_requests::$converts = true;
    }

    private static function compile($name, $code)
    {
        if (is_callable($code)) {
            return $code; // a function's name
        }
        try {
            $conversion = __BOND_arguments::evaluateExpression($code);
        } catch (_BOND_InterruptException $interrupt) {
            throw $interrupt;
        } catch (Throwable $error) {
            throw new InvalidArgumentException("'$name': " . self::summaryOf($error));
        }
        if (is_callable($conversion)) {
            return $conversion;
        }
        $type = is_object($conversion) ? get_class($conversion) : gettype($conversion);
        throw new InvalidArgumentException("'$name': its code gives a value of type $type, which cannot be called");
    }

    private static function summaryOf($error)
    {
        __BOND_code::need('tracebacks');
        return __BOND_tracebacks::summaryOf($error);
    }

    /** The result of a request. */
    public static function result($value, $verb)
    {
        return isset(self::CONVERTED[$verb]) ? self::converted($value, self::CONVERTED[$verb]) : $value;
    }

    /** A value with what conversions make of its parts; itself, if there are none to be applied. */
    public static function converted($value, $path)
    {
        return self::hasConversions($value, 0) ? (new self())->convert($value, $path, 0) : $value;
    }

    private function __construct()
    {
        $this->done = new SplObjectStorage();
    }

    /** Whether some part of a value has a conversion, or may give something that has one; or is nested too deep to tell. */
    private static function hasConversions($value, $depth)
    {
        if ($depth > self::DEEPEST) {
            return true;
        }
        if (is_object($value)) {
            if (self::conversionFor($value) || $value instanceof JsonSerializable) {
                return true;
            }
            $value = $value instanceof stdClass ? self::entriesOf($value) : [];
        }
        foreach (is_array($value) ? $value : [] as $item) {
            if ((is_array($item) || is_object($item)) && self::hasConversions($item, $depth + 1)) {
                return true;
            }
        }
        return false;
    }

    /** The conversion of the nearest class. */
    private static function conversionFor($value)
    {
        $class = get_class($value);
        if (!isset(self::$ofClasses[$class])) {
            self::$ofClasses[$class] = $value instanceof _BOND_Live ? false : self::nearestConversion($class);
        }
        return self::$ofClasses[$class];
    }

    private static function nearestConversion($class)
    {
        foreach (self::namesOf($class) as $name) {
            $name = strtolower($name);
            $bare = ltrim(strrchr("\\$name", '\\'), '\\');
            foreach ([$name, $bare] as $key) {
                if (isset(self::$conversions[$key])) {
                    return self::$conversions[$key];
                }
            }
        }
        return false;
    }

    /** A class and those above it; behind them its interfaces, each before those that it extends. */
    private static function namesOf($class)
    {
        $interfaces = array_map(function ($name) {
            return count(class_implements($name));
        }, class_implements($class));
        arsort($interfaces);
        return array_merge([$class], array_values(class_parents($class)), array_keys($interfaces));
    }

    private function convert($value, $path, $depth)
    {
        $conversion = is_object($value) ? self::conversionFor($value) : false;
        if (!$conversion) {
            return $this->convertParts($value, $path, $depth);
        }
        if (!isset($this->done[$value])) {
            $this->done[$value] = $this->convertParts(self::apply($conversion, $value, $path), $path, $depth + 1);
        }
        return $this->done[$value];
    }

    private static function apply($conversion, $value, $path)
    {
        try {
            return $conversion($value);
        } catch (_BOND_InterruptException $interrupt) {
            throw $interrupt;
        } catch (Throwable $error) {
            $class = strtok(get_class($value), "\0");
            __BOND_values::refuse($path, "the conversion of an object of class $class failed: " . self::summaryOf($error));
        }
    }

    private function convertParts($value, $path, $depth)
    {
        if ($depth > self::DEEPEST) {
            __BOND_values::refuseDepth($path);
        }
        if ($value instanceof JsonSerializable) {
            $form = $value->jsonSerialize();
            return $form === $value ? $value : $this->convert($form, $path, $depth + 1);
        }
        if (is_array($value)) {
            return $this->convertEntries($value, $path, $depth);
        }
        return $value instanceof stdClass ? (object) $this->convertEntries(self::entriesOf($value), $path, $depth) : $value;
    }

    private function convertEntries(array $entries, $path, $depth)
    {
        foreach ($entries as $key => $item) {
            if (is_array($item) || is_object($item)) {
                unset($made);
                $made = $this->convert($item, __BOND_values::below($path, $key), $depth + 1);
                $entries[$key] = &$made; // not a copy: that would change a variable which the entry refers to
            }
        }
        return $entries;
    }

    private static function entriesOf(stdClass $object)
    {
        return get_class($object) === 'stdClass' ? (array) $object : get_object_vars($object);
    }
}

/** Has values of certain types converted: pairs of a name and code of something that can be called, or the name of a function. */
function _BOND_convert(array $entries)
{
    foreach ($entries as $entry) {
        __BOND_converting::add($entry[0], $entry[1]);
    }
}
