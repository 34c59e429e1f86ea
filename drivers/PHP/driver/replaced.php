<?php
//: lazy
// Calls replacements of functions, and the originals in them.

__BOND_code::need('references');
__BOND_code::need('holding');
__BOND_code::need('passing');
__BOND_code::need('retracing');

/** A call of a replacement that has not returned. */
final class __BOND_replaced_call
{
    public $number;
    public $sent;               // the arguments, as they are here
    public $instance;
    public $class;              // in which it was called
    public $scope;              // whose method it is: the class that uses a trait
    public $hasResult = false;  // an original has been called
    public $result;             // and has returned this
}

final class __BOND_replaced
{
    public static $next = 0;       // the number of the function whose original is called next
    public static $functions = []; // of the host, by number
    public static $originals = []; // signatures, by number, once a definition is compiled
    public static $numbers = [];   // by lower-case name
    public static $names = [null]; // as they were given, by number
    public static $calls = [];     // those that have not returned

    public static function add($name, $function)
    {
        $number = count(self::$names);
        self::$names[] = $name;
        self::$functions[$number] = $function;
        return self::$numbers[strtolower($name)] = $number;
    }

    /** Whether the host can be called: not while it lets go of an object. */
    public static function canCall()
    {
        return !__BOND_loop::$isWaiting && !__BOND_streams::$isSaying && !__BOND_streams::$isEnding;
    }

    public static function &call($number, array $arguments, array $references, $instance = null, $class = null, $scope = null)
    {
        $call = new __BOND_replaced_call();
        $call->number = $number;
        $call->instance = $instance;
        $call->class = $class;
        $call->scope = $scope;
        __BOND_passing::box($arguments, $references);
        $call->sent = $arguments;
        if ($instance !== null) {
            array_unshift($arguments, new __BOND_kept($instance));
        }
        self::$calls[] = $call;
        $next = self::$next;
        self::$next = 0;
        try {
            $function = self::$functions[$number];
            $result = $function(...$arguments);
        } finally {
            self::$next = $next;
            array_pop(self::$calls);
        }
        if ($call->hasResult && __BOND_passing::isSame($call->result, $result)) {
            return $call->result;
        }
        return $result;
    }

    /** The items of a replacement of a generator. */
    public static function iterate(...$call)
    {
        $result = &self::call(...$call);
        return $result === null ? [] : $result;
    }

    /** The same for a generator by reference, which can only take items from another one. */
    public static function &iterateReferences(...$call)
    {
        $items = self::iterate(...$call);
        $isReference = $items instanceof Generator && (new ReflectionGenerator($items))->getFunction()->returnsReference();
        foreach ($isReference ? [] : $items as $key => $item) {
            yield $key => $item;
        }
        if ($isReference) {
            foreach ($items as $key => &$reference) {
                yield $key => $reference;
            }
        }
        return self::returned($items);
    }

    public static function returned($items)
    {
        return $items instanceof Generator ? $items->getReturn() : null;
    }

    // ---- Originals

    public static function &original($name, array $arguments)
    {
        $key = strtolower(ltrim($name, '\\'));
        if (!isset(self::$numbers[$key], self::$originals[self::$numbers[$key]])) {
            throw new BadFunctionCallException("there is no original of $name: nothing has replaced it");
        }
        $number = self::$numbers[$key];
        $signature = self::$originals[$number];
        $call = self::callOf($number);
        $instance = $signature->isMethod && !$signature->isStatic ? array_shift($arguments) : null;
        if ($call) {
            __BOND_passing::restore($arguments, $call->sent);
        }
        $passed = __BOND_passing::unboxed($arguments);
        $function = $signature->isMethod ? __BOND_passing::method($signature, $instance, $call, self::$names[$number]) : self::$names[$number];
        $result = &self::run($signature, $function, $passed);
        if ($call && $call === end(self::$calls)) {
            $call->hasResult = true;
            $call->result = &$result;
        }
        return $result;
    }

    /** The innermost call of a replacement that has not returned. */
    private static function callOf($number)
    {
        for ($i = count(self::$calls) - 1; $i >= 0; --$i) {
            if (self::$calls[$i]->number === $number) {
                return self::$calls[$i];
            }
        }
        return null;
    }

    private static function &run($signature, $function, array $arguments)
    {
        if ($signature->isGenerator) {
            $result = $signature->isReference ? self::generateReferences($signature, $function, $arguments) : self::generate($signature, $function, $arguments);
            return $result;
        }
        $outer = self::$next; // what evaluates the default of a parameter may call an original
        self::$next = $signature->number;
        try {
            if ($signature->isReference) {
                $result = &$function(...$arguments);
            } else {
                $result = $function(...$arguments);
            }
            return $result;
        } catch (Throwable $error) {
            __BOND_retracing::clean($error);
            throw $error;
        } finally {
            self::$next = $outer;
        }
    }

    /** A generator's body runs when it is first asked for an item. */
    private static function generate($signature, $function, array $arguments)
    {
        $items = $function(...$arguments);
        self::$next = $signature->number;
        return yield from $items;
    }

    private static function &generateReferences($signature, $function, array $arguments)
    {
        $items = $function(...$arguments);
        self::$next = $signature->number;
        foreach ($items as $key => &$item) {
            yield $key => $item;
        }
        return $items->getReturn();
    }
}

function &_BOND_original($name, &...$arguments)
{
    $result = &__BOND_replaced::original($name, $arguments);
    return $result;
}
