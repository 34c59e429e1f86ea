<?php
// Compiles the driver's files, for PHP 7.0 and later: what is seldom needed, when it is. See docs/protocol.md for the wire.
// In what each call goes through, a property has the name of its class before it: PHP looks up `self` anew each time.

/**
 * Code as a file. PHP calls the place of what is evaluated by the places of all the evaluations that led to it, and that of what
 * is included by a name, which may be a readable one.
 */
final class __BOND_code
{
    const SCHEME = 'bond-code://';
    const DRIVER = 'bond/'; // stands before the names of the driver's files
    const EXPRESSION = 'eval';
    const BLOCK = 'evalBlock';
    const LOADER = __FILE__;

    public $context;
    public static $address;     // from where code of the user is to be included; null if it is to be evaluated
    private static $text;       // of that code
    private static $files = []; // of the driver that have not been compiled, by name
    private $isDriver;
    private $file;
    private $position = 0;

    /** Keeps the files, each behind a line with `eager` or `lazy` and its name; returns the names of those that are eager. */
    public static function keep(array $files)
    {
        $eager = [];
        foreach ($files as $file) {
            $start = strpos($file, ' ') + 1;
            $name = substr($file, $start, strpos($file, "\n") - $start);
            self::$files[$name] = $file;
            if ($file[0] === 'e') {
                $eager[] = $name;
            }
        }
        if (function_exists('stream_wrapper_register')) {
            @stream_wrapper_register('bond-code', __CLASS__);
        }
        return $eager;
    }

    /** Whether code can be included: where the user has taken the way away, it is evaluated. */
    public static function canInclude()
    {
        return function_exists('stream_get_wrappers') && in_array('bond-code', stream_get_wrappers(), true);
    }

    /** The text of a file of the driver, which is to be compiled now. */
    public static function take($name)
    {
        $file = self::$files[$name];
        unset(self::$files[$name]);
        // A line has the number that it has in its file.
        return ($file[0] === 'e' ? '' : "\n") . strstr($file, "\n");
    }

    /** Has a file of the driver compiled, unless it has been. */
    public static function need($name)
    {
        if (!isset(self::$files[$name])) {
            return;
        }
        $isHeld = __BOND_signals::$state === __BOND_signals::HELD;
        __BOND_signals::hold();
        if (self::canInclude()) {
            include self::SCHEME . self::DRIVER . $name;
        } else {
            eval(self::take($name));
        }
        if (!$isHeld) {
            __BOND_signals::release();
        }
    }

    /** Has code of the user included under a name, from a line of that on. */
    public static function name($name, $code, $line)
    {
        self::$text = $line > 1 ? str_repeat("\n", $line - 1) . $code : $code;
        self::$address = self::canInclude() ? self::SCHEME . $name : null;
        return $code;
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        $opened = substr($path, strlen(self::SCHEME));
        $this->isDriver = strncmp($opened, self::DRIVER, strlen(self::DRIVER)) === 0;
        $this->file = $this->isDriver ? '<?php' . self::take(substr($opened, strlen(self::DRIVER))) : '<?php ' . self::$text;
        return true;
    }

    public function stream_read($count)
    {
        $part = (string) substr($this->file, $this->position, $count);
        $this->position += strlen($part);
        return $part;
    }

    public function stream_eof()
    {
        return !isset($this->file[$this->position]);
    }

    public function stream_stat()
    {
        return ['size' => strlen($this->file)]; // PHP reads once less
    }

    public function stream_set_option()
    {
        return false;
    }

    /** The file has been read, and what is in it begins: until here, no handler of a signal was to throw. */
    public function stream_close()
    {
        if (!$this->isDriver) {
            __BOND_signals::release();
        }
    }
}

foreach (__BOND_code::keep(array_slice($__BOND_files, 2)) as $__BOND_name) {
    if (__BOND_code::canInclude()) {
        include "bond-code://bond/$__BOND_name";
    } else {
        eval(__BOND_code::take($__BOND_name));
    }
}
