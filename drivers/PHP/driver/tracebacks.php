<?php
//: lazy
// Describes what was thrown, whatever its class has made of it.

final class __BOND_tracebacks
{
    const LONGEST = 4194304; // of a message or a traceback, in bytes
    const EVALUATED = "\(\d+\) : eval\(\)'d code"; // stands behind the place of what has evaluated it

    /** Runs something with regular expressions that work, whatever limits the user has set for them. */
    public static function withPatterns(callable $run)
    {
        $limits = [];
        foreach (__BOND_errors::$hasSettings ? ['pcre.backtrack_limit', 'pcre.recursion_limit'] : [] as $name) {
            $limits[$name] = ini_set($name, '1000000');
        }
        try {
            return $run();
        } finally {
            foreach ($limits as $name => $limit) {
                if ($limit !== false) {
                    ini_set($name, $limit);
                }
            }
        }
    }

    /** The message that tells the host of an exception. */
    public static function describe($request, $error)
    {
        $own = $error instanceof _BOND_RemoteException || $error instanceof _BOND_SerializationException ? (array) $error : [];
        $call = isset($own['bondCall']) && is_int($own['bondCall']) ? $own['bondCall'] : null;
        $description = ['message' => self::messageOf($error), 'call' => $call];
        if ($error instanceof _BOND_SerializationException) {
            return "ERROR $request " . self::json($description);
        }
        if (__BOND_exceptions::$failedLink) {
            $description['link'] = __BOND_exceptions::$failedLink;
            __BOND_exceptions::$failedLink = [];
        }
        $data = '';
        if (__BOND_exceptions::$transparent) {
            try {
                $data = '"data":' . self::encode(array_key_exists('data', $own) ? $own['data'] : $error) . ',';
            } catch (_BOND_SerializationException $failure) {
                $text = self::messageOf($failure) . ' (transExcept); it says: ' . $description['message'];
                return "ERROR $request " . self::json(['message' => $text, 'call' => $call]);
            }
        }
        $type = isset($own['type']) && is_string($own['type']) ? self::text($own['type']) : null;
        $description += ['type' => $type === null ? self::typeOf($error) : $type, 'traceback' => self::text(self::traceback($error))];
        __BOND_code::need('stacks');
        if ($frames = __BOND_stacks::framesOf($error, $call !== null)) {
            $description['frames'] = $frames;
        }
        if ($type === null) {
            $description['types'] = self::typesOf($error);
        }
        if (isset(__BOND_requests::HOLDING[__BOND_requests::$request[0]])) {
            __BOND_code::need('references');
            $description['exception'] = [_BOND_hold($error), self::typeOf($error)];
        }
        return "EXCEPT $request {" . $data . substr(self::json($description), 1);
    }

    /** The same where that has failed. */
    public static function briefly($request, $error)
    {
        return "EXCEPT $request " . self::json(['message' => self::messageOf($error), 'type' => self::typeOf($error)]);
    }

    public static function summaryOf($error)
    {
        return self::typeOf($error) . ': ' . self::messageOf($error);
    }

    /** What is thrown itself, as JSON; whatever goes wrong, it is a value that cannot cross. */
    private static function encode($thrown)
    {
        try {
            if (__BOND_requests::$converts) {
                $thrown = __BOND_converting::converted($thrown, 'exception');
            }
            return __BOND_json::encode($thrown, 'exception');
        } catch (_BOND_SerializationException $failure) {
            throw $failure;
        } catch (Throwable $failure) {
            $reason = self::summaryOf($failure);
            throw new _BOND_SerializationException("exception: cannot be carried, because what encodes it throws $reason");
        }
    }

    private static function json(array $description)
    {
        return json_encode($description, JSON_UNESCAPED_SLASHES);
    }

    private static function typeOf($error)
    {
        return self::text(strtok(get_class($error), "\0")); // behind it stands the place of an anonymous class
    }

    /** The names of its class, of those above it, and of interfaces. */
    private static function typesOf($error)
    {
        $above = array_merge(array_values(class_parents($error)), array_values(class_implements($error)));
        $names = [self::typeOf($error)];
        foreach ($above as $name) {
            $names[] = self::text($name);
        }
        return $names;
    }

    /**
     * What an exception says. Its class may have put anything in the place of its properties, or taken them away, and may have
     * a say in how they are read: so they are looked at from outside.
     */
    private static function messageOf($error)
    {
        $message = self::property($error, 'message', '');
        if (is_object($message) && method_exists($message, '__toString')) {
            try {
                $message = (string) $message;
            } catch (Throwable $ofMessage) {
                __BOND_exceptions::letGo($ofMessage);
            }
        }
        if (is_array($message) || is_object($message)) {
            return '(its message is ' . (is_array($message) ? 'an array)' : 'an object of class ' . get_class($message) . ')');
        }
        return self::text(self::readable(is_resource($message) ? '(its message is a resource)' : self::shortened((string) $message)));
    }

    public static function property($error, $name, $default)
    {
        $properties = (array) $error;
        $key = array_key_exists($name, $properties) ? $name : "\0*\0$name"; // a class may make it public
        return isset($properties[$key]) ? $properties[$key] : $default;
    }

    /** What PHP would print of it, without the frames of the driver; the first of a chain stands first. */
    private static function traceback($error)
    {
        $texts = [];
        $seen = [];
        while ($error instanceof Throwable && count($seen) < 50 && !in_array($error, $seen, true)) {
            array_unshift($texts, self::tracebackOfOne($error));
            $seen[] = $error;
            $error = $error->getPrevious();
        }
        return implode("\n\nNext ", $texts);
    }

    private static function tracebackOfOne($error)
    {
        $message = self::messageOf($error);
        $file = self::property($error, 'file', '');
        $line = self::property($error, 'line', '');
        $place = self::placeOf(is_string($file) ? $file : '?', is_int($line) ? $line : '?');
        $text = self::typeOf($error) . ($message === '' ? '' : ": $message");
        return "$text in $place\nStack trace:\n" . self::frames($error->getTraceAsString());
    }

    private static function placeOf($file, $line)
    {
        $file = self::readable($file);
        return $file === __BOND_code::EXPRESSION || $file === __BOND_code::BLOCK ? "$file, line $line" : "$file:$line";
    }

    /** The text, in which PHP may have named the place of an expression by all the evaluations that led to it. */
    public static function readable($text)
    {
        $loader = preg_quote(__BOND_code::LOADER, '/');
        $files = self::filesOfDriver() . self::EVALUATED;
        return preg_replace(["/$files/", "/$loader(?:" . self::EVALUATED . ')?/'], ['eval', 'bond'], $text);
    }

    /** A pattern for the files of the driver: where nothing can be included, the loader has evaluated them. */
    public static function filesOfDriver()
    {
        return '(?:\b' . preg_quote(__BOND_code::DRIVER, '/') . '[\w-]+|' . preg_quote(__BOND_code::LOADER, '/') . self::EVALUATED . ')';
    }

    /** A stack trace without the frames of the driver. */
    private static function frames($trace)
    {
        $ofDriver = [self::filesOfDriver()];
        foreach (self::loaders() as $place) {
            $ofDriver[] = preg_quote($place, '/');
        }
        $driver = '/^(#\d+ )(?:' . implode('|', $ofDriver) . ')\(\d+\): /';
        $frames = preg_replace($driver, '$1bond: ', preg_split('/\n(?=#\d)/', $trace));
        // Others are calls of the user's.
        $isOfDriver = '/^#\d+ (?:bond: (?:(?:eval|include)\(|_?_BOND_)|\[internal function\]: __BOND_|\S.*\): __BOND_host::call\()/';
        $frames = array_values(preg_grep($isOfDriver, $frames, PREG_GREP_INVERT));
        foreach ($frames as $index => $frame) {
            $frame = self::readable(preg_replace('/^#\d+/', "#$index", $frame));
            $frames[$index] = preg_replace('/^(#\d+ (?:eval|evalBlock))\((\d+)\): /', '$1, line $2: ', $frame);
        }
        return implode("\n", $frames);
    }

    /** What the loader is called, and what has evaluated it. */
    public static function loaders()
    {
        $places = [];
        $place = __BOND_code::LOADER;
        do {
            $places[] = $place;
            $place = preg_replace('/' . self::EVALUATED . '$/D', '', $place, 1, $isEvaluated);
        } while ($isEvaluated);
        return $places;
    }

    /** The text as UTF-8, whatever is in it, and no longer than is told. */
    public static function text($text)
    {
        $text = self::shortened($text);
        if (preg_match('//u', $text)) {
            return $text;
        }
        if (defined('JSON_INVALID_UTF8_SUBSTITUTE')) { // PHP 7.2
            return json_decode(json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE));
        }
        return preg_replace('/[\x80-\xff]/', '?', $text);
    }

    /** No more of a text than is told, and no part of a character at the ends of what is left. */
    private static function shortened($text)
    {
        if (!isset($text[self::LONGEST])) {
            return $text;
        }
        $end = self::LONGEST / 2 - 4;
        $start = strlen($text) - $end;
        while ((ord($text[$end]) & 0xc0) === 0x80 && $end > self::LONGEST / 2 - 8) {
            $end--;
        }
        return substr($text, 0, $end) . ' [...] ' . preg_replace('/^[\x80-\xbf]{1,3}/', '', substr($text, $start));
    }
}
