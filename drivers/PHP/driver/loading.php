<?php
//: lazy
// Runs a file in which functions are replaced, by rewriting what defines them while it is included.

__BOND_code::need('rewriting');
__BOND_code::need('replaced');
__BOND_code::need('including');

final class __BOND_loading
{
    /** What a file may have that needs to be rewritten, besides the names of what is replaced. */
    const WORDS = 'include|require|eval|debug_backtrace|debug_print_backtrace';

    public static $pending = [];         // names that nothing has defined yet, by number
    private static $missing = [];        // those that had been defined before
    private static $known = [];          // functions that the files define
    private static $includesLater = false; // a function of theirs includes files
    private static $pattern;

    /** Code that runs a file, and has what the host hears of it for its value. */
    public static function code(array $arguments)
    {
        list($file, $replacements) = $arguments + [null, []];
        $path = is_string($file) ? realpath($file) : false;
        if ($path === false || !is_file($path)) {
            throw new InvalidArgumentException("there is no file '$file' to load in " . getcwd());
        }
        self::$missing = [];
        self::$known = [];
        self::nameProgram($file);
        if ($replacements) {
            self::begin($replacements);
            $path = self::path($path, '', false, true);
        }
        $globals = __BOND_loop::$depth > 0 ? self::variables($file) : '';
        return 'return \\__BOND_loading::end(include ' . var_export($path, true) . ");$globals";
    }

    /** Has the program find its own name where PHP puts it. */
    private static function nameProgram($file)
    {
        $GLOBALS['argv'][0] = $_SERVER['argv'][0] = $file;
        $GLOBALS['argc'] = $_SERVER['argc'] = count($_SERVER['argv']);
        foreach (['PHP_SELF', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_TRANSLATED'] as $name) {
            $_SERVER[$name] = $file;
        }
    }

    /** A comment with the names of variables that are to be global where a file is run in the middle of a call. */
    private static function variables($file)
    {
        __BOND_requests::find('/\$[a-zA-Z_\x80-\xff][\w\x80-\xff]*/', file_get_contents($file), $found, 'preg_match_all');
        return ' // ' . implode(' ', array_unique($found[0]));
    }

    private static function begin(array $replacements)
    {
        if (!function_exists('token_get_all')) {
            throw new RuntimeException('replacing functions needs the extension tokenizer, which this PHP lacks: install php-tokenizer');
        }
        __BOND_including::register();
        foreach ($replacements as list($name, $function)) {
            $name = ltrim($name, '\\');
            if (self::isDefined($name)) {
                self::$missing[] = $name;
            } else {
                self::$pending[__BOND_replaced::add($name, $function)] = $name;
            }
        }
        self::$pattern = '/\b(?:' . self::WORDS . '|' . implode('|', array_map([__CLASS__, 'word'], self::$pending)) . ')\b/i';
        if (strpos(implode(self::$pending), '::') !== false) {
            spl_autoload_register([__CLASS__, 'autoload'], true, true);
        }
    }

    /** The last part of a name. */
    private static function word($name)
    {
        return preg_quote(preg_replace('/^.*[\\\\:]/', '', $name), '/');
    }

    private static function isDefined($name)
    {
        $class = strstr($name, '::', true);
        return $class === false ? function_exists($name) : self::hasClass($class) && method_exists($class, substr(strstr($name, '::'), 2));
    }

    private static function hasClass($class)
    {
        return class_exists($class, false) || interface_exists($class, false) || trait_exists($class, false);
    }

    /** Whether functions are still to be replaced. */
    private static function isWaiting()
    {
        foreach (self::$pending as $number => $name) {
            if (self::isDefined($name)) {
                unset(self::$pending[$number]);
                if (!isset(__BOND_replaced::$originals[$number])) {
                    self::$missing[] = $name; // it comes from what has not been rewritten
                }
            }
        }
        if (!self::$pending) {
            spl_autoload_unregister([__CLASS__, 'autoload']);
        }
        return (bool) self::$pending;
    }

    /** What the host hears when a file has been run: the names of what has not been replaced, and of what could have been. */
    public static function end()
    {
        self::isWaiting();
        $missing = self::$missing;
        foreach (self::$pending as $number => $name) {
            if (!self::mayCome($name)) {
                $missing[] = $name;
                unset(self::$pending[$number]);
            }
        }
        self::isWaiting();
        return [$missing, $missing ? array_values(array_unique(self::$known)) : []];
    }

    /** Whether something may be defined later: by a file that a function includes, or by one that a class is in. */
    private static function mayCome($name)
    {
        $class = strstr($name, '::', true);
        if ($class === false || self::hasClass($class)) {
            return $class === false && self::$includesLater;
        }
        return self::$includesLater || count(spl_autoload_functions()) > 1;
    }

    // ---- Files

    /** What is to be included instead of a path: the same, unless functions have to be replaced in that file. */
    public static function path($path, $folder, $isOnce = false, $isFirst = false)
    {
        if (is_object($path) && method_exists($path, '__toString')) {
            $path = (string) $path;
        }
        if (!is_string($path) || !$isFirst && !self::isWaiting()) {
            return $path;
        }
        $file = __BOND_including::quietly(function () use ($path, $folder) {
            return __BOND_including::resolve($path, $folder);
        });
        if ($file === null || $isOnce && in_array($file, get_included_files(), true)) {
            return $path;
        }
        return self::offer($file, $isFirst) ? __BOND_including::SCHEME . $file : $path;
    }

    /** Has the text of a file ready to be included, if there is anything in it to rewrite. */
    public static function offer($file, $isFirst = false)
    {
        $text = __BOND_including::quietly(function () use ($file) {
            return file_get_contents($file);
        });
        $rewritten = is_string($text) ? self::rewritten($text, $isFirst) : $text;
        if (!is_string($text) || $rewritten === $text) {
            return false;
        }
        __BOND_including::$texts[$file] = $rewritten;
        return true;
    }

    private static function rewritten($text, $isFirst = false)
    {
        if (!$isFirst && !__BOND_requests::find(self::$pattern, $text)) {
            return $text;
        }
        $rewriting = __BOND_rewriting::of($text, array_intersect(__BOND_replaced::$numbers, array_keys(self::$pending)));
        if (!$rewriting) {
            return $text;
        }
        self::$known = array_merge(self::$known, $rewriting->functions);
        self::$includesLater = self::$includesLater || $rewriting->includesLater;
        __BOND_replaced::$originals = $rewriting->replaced + __BOND_replaced::$originals;
        return $rewriting->code();
    }

    /** Code that is to be evaluated. */
    public static function evaluated($code)
    {
        if (!is_string($code) || !self::isWaiting()) {
            return $code;
        }
        return substr(self::rewritten('<?php ' . $code), strlen('<?php '));
    }

    /** Loads a class in which something is replaced, by the program's own loaders. */
    public static function autoload($class)
    {
        $prefix = strtolower($class) . '::';
        $names = array_filter(self::$pending, function ($name) use ($prefix) {
            return strncmp(strtolower($name), $prefix, strlen($prefix)) === 0;
        });
        foreach ($names ? spl_autoload_functions() : [] as $loader) {
            if ($loader !== [__CLASS__, 'autoload'] && !class_exists($class, false) && !trait_exists($class, false)) {
                __BOND_including::watch($loader, $class);
            }
        }
        self::isWaiting();
    }
}
