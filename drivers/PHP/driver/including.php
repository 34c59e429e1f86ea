<?php
//: lazy
// Has rewritten text included under the name of its file. PHP takes that for the file itself: `__FILE__`, traces, get_included_files()
// and `include_once` know no other name.

/** A stream with the text, which says that what has been opened is the file. */
class __BOND_included
{
    public $context;
    private $text;
    private $position = 0;

    protected function open($file, &$opened)
    {
        $this->text = __BOND_including::$texts[$file];
        unset(__BOND_including::$texts[$file]);
        $opened = $file;
        return true;
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        $file = substr($path, strlen(__BOND_including::SCHEME));
        return isset(__BOND_including::$texts[$file]) && $this->open($file, $opened);
    }

    public function stream_read($count)
    {
        $part = (string) substr($this->text, $this->position, $count);
        $this->position += strlen($part);
        return $part;
    }

    public function stream_eof()
    {
        return !isset($this->text[$this->position]);
    }

    /** Without a time of change, so that no cache of compiled code takes it for what is in the file. */
    public function stream_stat()
    {
        return ['size' => strlen($this->text), 'mtime' => 0];
    }

    public function stream_set_option()
    {
        return false;
    }
}

final class __BOND_including
{
    const SCHEME = 'bond-file://';

    public static $texts = []; // that are about to be included, by file

    public static function register()
    {
        if (!function_exists('stream_wrapper_register') || !function_exists('stream_get_wrappers')) {
            throw new RuntimeException('replacing functions needs stream_wrapper_register(), which disable_functions forbids');
        }
        if (!in_array('bond-file', stream_get_wrappers(), true)) {
            stream_wrapper_register('bond-file', '__BOND_included');
        }
    }

    /** Runs something whose warnings are not the program's. */
    public static function quietly(Closure $run)
    {
        set_error_handler(function () {
            return true;
        });
        try {
            return $run();
        } finally {
            restore_error_handler();
        }
    }

    /** The file that `include` would find for a path, in code in a folder; null if that cannot be read, or is none. */
    public static function resolve($path, $folder)
    {
        if (preg_match('#^file://(?=/)#i', $path)) {
            $path = substr($path, strlen('file://'));
        }
        if (preg_match('#^[a-z0-9+.-]{2,}:#i', $path)) {
            return preg_match('#^phar://#i', $path) && is_file($path) ? $path : null;
        }
        $places = [$path];
        if (!preg_match('#^(?:\.{0,2}/|\.\.?$)#', $path)) {
            $places = array_map(function ($place) use ($path) {
                return "$place/$path";
            }, array_merge(explode(PATH_SEPARATOR, get_include_path()), [$folder]));
        }
        foreach ($places as $place) {
            $file = realpath($place);
            if ($file !== false) {
                return is_file($file) && is_readable($file) ? $file : null;
            }
        }
        return null;
    }

    // ---- Loaders of classes that have not been rewritten

    /** Has a loader load a class. What it includes is rewritten: until then, files are opened by a class of the driver. */
    public static function watch($loader, $class)
    {
        __BOND_code::need('watching');
        __BOND_watching::begin();
        try {
            $loader($class);
        } finally {
            __BOND_watching::end();
        }
    }
}
