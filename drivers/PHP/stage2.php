<?php
// bond: the PHP driver, for PHP 7.0 and later. See docs/protocol.md for the wire.
// STAGE1 runs this text at the top level and leaves the stream of the host's lines in $__BOND_in. The loop at the end
// stays at the top level, so that code of the outermost frame runs in the real global scope.
// Where each call passes, a property has the name of its class before it: PHP looks up `self` anew each time.

// ---- Streams --------------------------------------------------------------------------------------------------------

/**
 * Handlers of signals may throw, and call the host, at any moment of user code; but never in the middle of what the driver
 * does between two pieces of user code. What comes meanwhile waits.
 */
final class __BOND_signals
{
    const ABSENT = 0;   // this PHP has no asynchronous signals
    const IN_USER_CODE = 1;
    const LEAVING = 2;  // between the two: where a handler throws while the driver takes over, it stays at that
    const HELD = 3;

    public static $state = self::ABSENT;
    public static $areAsync = true;       // for user code, which may change it

    /** Tells whether there are signals to look after. */
    public static function start()
    {
        if (function_exists('pcntl_async_signals') && function_exists('pcntl_signal_dispatch')) {
            self::$state = self::HELD;
        }
        return self::$state === self::HELD;
    }

    /** The driver takes over. What a handler throws right now is thrown from here, and then nothing more is. */
    public static function hold()
    {
        if (__BOND_signals::$state === self::IN_USER_CODE) {
            __BOND_signals::$state = self::LEAVING;
            if (!pcntl_async_signals(false)) {
                __BOND_signals::$areAsync = false;
            }
        } elseif (__BOND_signals::$state !== self::LEAVING) {
            return;
        }
        self::takeLast();
        __BOND_signals::$state = self::HELD;
    }

    /** Where a function begins, PHP looks for a signal that has come before they were held. */
    private static function takeLast()
    {
    }

    /** User code goes on: the handlers of what has come meanwhile run, and may throw. */
    public static function release()
    {
        if (__BOND_signals::$state <= self::IN_USER_CODE) {
            return;
        }
        __BOND_signals::$state = self::IN_USER_CODE;
        if (__BOND_signals::$areAsync) {
            pcntl_async_signals(true);
            pcntl_signal_dispatch();
        } else {
            __BOND_signals::$areAsync = true; // until hold() finds that it is not
        }
    }

    /** Nothing interrupts a system call while this runs. */
    public static function without(callable $run)
    {
        if (!function_exists('pcntl_sigprocmask')) {
            return $run();
        }
        pcntl_sigprocmask(SIG_BLOCK, range(1, 31), $before);
        try {
            return $run();
        } finally {
            pcntl_sigprocmask(SIG_SETMASK, $before);
        }
    }
}

final class __BOND_streams
{
    const NO_SUCH_PROCESS = 3; // ESRCH

    public static $lastPiece;
    public static $morePieces;
    public static $announcement;
    public static $isSaying = false;
    public static $isEnding = false; // exit hooks run: what is destroyed may still be used by what is left
    public static $released = [];  // numbers of the host's functions that nothing here refers to any more
    private static $process;
    private static $unforked;      // memory that begins with another byte than 0 in this process alone
    private static $in;
    private static $out;
    private static $bulk;          // a second way to the host, for long messages
    private static $pieceSize;
    private static $null;

    /** Puts /dev/null in the place of fd 0, so that nobody but the driver ever reads what the host sends. */
    public static function open($in)
    {
        self::readFrom($in);
        self::$process = getmypid();
        self::$out = fopen('php://stdout', 'w');
        stream_set_write_buffer(self::$out, 0);
        // Writes up to this size are never mixed with those of another process: PIPE_BUF, or one buffer of a socket.
        self::$pieceSize = (fstat(self::$out)['mode'] & 0170000) === 0140000 ? 32768 : 4096;
        self::protectStdin();
    }

    /**
     * Where no signal of the host reaches this process, one that does nothing else reads the host's lines in front of it,
     * and sends the signal. When the host is gone, it ends this process, which may be too busy to look.
     */
    public static function standBehindRelay()
    {
        if (!function_exists('posix_kill')) {
            return false;
        }
        list($inner, $outer) = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $busyOne = getmypid();
        $child = pcntl_fork();
        if ($child === 0) {
            if (pcntl_fork() === 0) { // nobody's child, so that no wait ever meets it
                fclose($inner);
                self::relay($outer, $busyOne);
            }
            posix_kill(getmypid(), SIGKILL); // this is not the program that has exit hooks
        }
        pcntl_waitpid($child, $status);
        fclose($outer);
        fclose(self::$in);
        self::readFrom($inner);
        return true;
    }

    private static function relay($outer, $busyOne)
    {
        array_map('fclose', [STDOUT, STDERR, self::$out]);
        foreach ([SIGINT, SIGALRM, SIGUSR1, SIGUSR2] as $forGroup) { // what is sent to all that belong together
            pcntl_signal($forGroup, SIG_IGN);
        }
        stream_set_blocking($outer, false);
        $sought = "\nINTERRUPT ";
        list($waiting, $seam, $urgent) = ['', "\n", false];
        while (!self::isGone($busyOne)) {
            if (self::isReady(self::$in, $waiting === '' ? null : $outer)) {
                $chunk = fread(self::$in, 65536);
                if ($chunk === '' || $chunk === false) {
                    break;
                }
                $waiting .= $chunk;
                $urgent = $urgent || strpos($seam . $chunk, $sought) !== false;
                $seam = substr($seam . $chunk, 1 - strlen($sought));
            }
            if ($waiting !== '') {
                $waiting = (string) substr($waiting, (int) @fwrite($outer, $waiting));
            }
            if ($urgent) {
                posix_kill($busyOne, SIGURG);
                $urgent = $waiting !== ''; // the line may still be among it
            }
        }
        fclose($outer);
        for ($round = 0; $round < 20 && !self::isGone($busyOne); ++$round) {
            usleep(50000);
        }
        if (!self::isGone($busyOne)) {
            posix_kill($busyOne, SIGKILL);
        }
    }

    /** Waits for a moment until a stream can be read, or another one written; tells whether it is the former. */
    private static function isReady($in, $outer)
    {
        list($readable, $writable, $none) = [[$in], $outer ? [$outer] : [], []];
        return @stream_select($readable, $writable, $none, 0, 200000) && $readable;
    }

    private static function isGone($process)
    {
        return !posix_kill($process, 0) && posix_get_last_error() === self::NO_SUCH_PROCESS;
    }

    private static function readFrom($in)
    {
        self::$in = $in;
        // Under Node, stdin is a socket: PHP would give up reading after default_socket_timeout seconds of silence.
        stream_set_timeout($in, -1);
        stream_set_chunk_size($in, 16384);
    }

    /** Whether there is something to read. */
    public static function hasInput()
    {
        return (bool) self::select([self::$in], [], 0);
    }

    /** How many of some streams can be read or written within some seconds; false if a signal comes, or one is closed. */
    private static function select(array $readable, array $writable, $seconds)
    {
        set_error_handler(function () {
            return true; // a handler of the user's would hear of the driver's streams
        });
        $none = [];
        $count = stream_select($readable, $writable, $none, $seconds);
        restore_error_handler();
        return $count;
    }

    /** The next line of the host, or false at the end. */
    public static function nextLine()
    {
        $line = fgets(__BOND_streams::$in, 2048);
        return $line !== false && $line[strlen($line) - 1] === "\n" ? $line : self::readOn((string) $line);
    }

    /** A long line: large portions are faster in the middle of it, and slower for short ones. */
    private static function readOn($line)
    {
        do {
            $portion = fgets(self::$in, 262144);
            if ($portion === false && self::isAtEnd()) {
                return false;
            }
            $line .= $portion;
        } while ($portion === false || $portion[strlen($portion) - 1] !== "\n");
        return $line;
    }

    /** Whether no more will come, where nothing has come: a signal may have been the reason. */
    private static function isAtEnd()
    {
        return feof(self::$in) || self::select([self::$in], [], 1) === false && __BOND_signals::without(function () {
            return self::select([self::$in], [], 0) === false;
        });
    }

    /** Opens the second way to the host, if nothing stands between. */
    public static function openBulk($fd, $inode)
    {
        if (@stat("/proc/self/fd/$fd")['ino'] === $inode) {
            self::$bulk = fopen("php://fd/$fd", 'w');
            stream_set_write_buffer(self::$bulk, 0);
            stream_set_chunk_size(self::$bulk, 1 << 20);
        }
    }

    /** Whether this is a fork: the conversation is its parent's. */
    public static function isFork()
    {
        return __BOND_streams::$unforked ? __BOND_streams::$unforked[0] === "\0" : getmypid() !== __BOND_streams::$process;
    }

    private static function protectStdin()
    {
        try {
            $c = FFI::cdef('int open(const char *, int); int dup2(int, int); int close(int);'
                . 'void *mmap(void *, size_t, int, int, int, long); int madvise(void *, size_t, int);');
            $null = $c->open('/dev/null', 0);
            $c->dup2($null, 0);
            $c->close($null);
            self::markProcess($c);
        } catch (Throwable $noForeignFunctions) {
            // The next file to be opened gets fd 0; but the constant STDIN is a closed stream from here on.
            fclose(STDIN);
            self::$null = fopen(DIRECTORY_SEPARATOR === '/' ? '/dev/null' : 'NUL', 'r');
        }
    }

    /** Linux empties a page in every fork if it is asked to: to look there is no system call, as to ask for the process is. */
    private static function markProcess($c)
    {
        if (PHP_OS !== 'Linux' || PHP_INT_SIZE !== 8) {
            return;
        }
        $page = $c->mmap(null, 4096, 3, 0x22, -1, 0); // readable and writable; private and anonymous
        if ($c->madvise($page, 4096, 18) === 0) { // MADV_WIPEONFORK
            self::$unforked = FFI::cast('char *', $page);
            self::$unforked[0] = "\1";
        }
    }

    /**
     * Sends one message to the host. What was printed before it is there already: PHP's command line holds nothing back.
     * Its beginning may be given apart: to copy a long text takes as long as to write it.
     */
    public static function say($message, $head = '')
    {
        if (self::isFork()) {
            exit; // a fork that has come to the end of what it was to do: the conversation is its parent's
        }
        __BOND_streams::$isSaying = true;
        if (__BOND_streams::$released) {
            self::sayReleased();
        }
        if (isset($message[2048])) {
            self::sayInPieces($message, $head);
        } else {
            self::write(__BOND_streams::$lastPiece . $head . $message . "\n");
        }
        __BOND_streams::$isSaying = false;
    }

    private static function sayReleased()
    {
        $numbers = self::$released;
        self::$released = [];
        self::sayInPieces('RELEASE ' . implode(' ', $numbers));
    }

    private static function sayInPieces($message, $head = '')
    {
        $room = self::$pieceSize - strlen(self::$lastPiece) - 1;
        $start = -strlen($head); // in the message
        if (self::$bulk && strlen($message) - $start > $room) {
            self::write(self::$announcement . (strlen($message) - $start) . "\n");
            self::write($head, self::$bulk);
            self::write($message, self::$bulk);
            return;
        }
        while (strlen($message) - $start > $room) {
            $end = $start + $room;
            self::write(self::$morePieces . $head . substr($message, max($start, 0), $end - max($start, 0)) . "\n");
            list($head, $start) = ['', $end];
        }
        self::write(self::$lastPiece . $head . ($start > 0 ? substr($message, $start) : $message) . "\n");
    }

    private static function write($data, $stream = null)
    {
        $stream = $stream ?: __BOND_streams::$out;
        while (($done = @fwrite($stream, $data)) !== strlen($data)) {
            $done = $done ?: self::writeSome($data, $stream);
            if (!$done) {
                exit(1); // nobody listens any more
            }
            $data = (string) substr($data, $done);
        }
    }

    /** Writes where nothing could be written: a signal came, or there is no room and the stream does not wait for it. */
    private static function writeSome($data, $stream)
    {
        return __BOND_signals::without(function () use ($data, $stream) {
            while (self::select([], [$stream], 1) === 0) {
                continue;
            }
            return @fwrite($stream, $data);
        });
    }
}

// ---- Values ---------------------------------------------------------------------------------------------------------

/** A value cannot cross to the host, or from it. */
class _BOND_SerializationException extends Exception
{
    public $bondCall = null;
}

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

final class __BOND_values
{
    const FLAGS = JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES;
    const DEPTH = 20000;
    const DEEPEST = 2000; // of what has to be looked at piece by piece
    const PRECISION = PHP_VERSION_ID < 70100 ? '17' : '-1';
    const RECEIVED = 'what the host sent cannot be decoded';
    const LAST_MOMENT = 8640000000000000; // of JavaScript's Date, in milliseconds; the first is as far from 1970
    const UNPACK = [
        'int8' => 'c', 'uint8' => 'C', 'uint8clamped' => 'C', 'int16' => 's', 'uint16' => 'S', 'int32' => 'l', 'uint32' => 'L',
        'int64' => 'q', 'uint64' => 'Q', 'float32' => 'f', 'float64' => 'd',
    ];

    // Longer lists and texts, in items and in bytes, cross in parts: one side begins with them while the other makes the rest.
    const LONG_LIST = 1024;
    const LONG_TEXT = 262144;
    const PART = 32768;     // about how many bytes a part has
    const FIRST_PART = 128; // how many items the first one has

    public static $hasSettings = false; // ini_get and ini_set can be called: disable_functions may name them
    public static $isExtended = false;  // whether the protocol is EJSON, which has words for more than JSON

    /** JSON text of a value, in ASCII; what the protocol would change on the way is an error that says where it sits. */
    public static function encode($value, $root = 'result')
    {
        if (is_int($value)) {
            return (string) $value;
        }
        $isArray = is_array($value);
        if ($isArray || is_float($value) || is_object($value)) {
            if (__BOND_values::$hasSettings && ini_get('serialize_precision') !== self::PRECISION) {
                ini_set('serialize_precision', self::PRECISION); // user code has changed it; floats would be rounded
            }
            if ($isArray ? !self::isPlain($value, 0) : is_object($value)) {
                $value = self::simplify($value, $root, 0);
            }
        }
        $text = json_encode($value, self::FLAGS, self::DEPTH);
        if (__BOND_values::$isExtended && ($text === false || (strpos($text, '$') !== false && self::hasWords($text)))) {
            $value = self::spell($value, $root, 0);
            $text = json_encode($value, self::FLAGS, self::DEPTH);
        }
        if ($text === false) {
            self::refuse(self::findCulprit($value, $root), self::reasonOf(json_last_error()));
        }
        return $text;
    }

    public static function isLong($value)
    {
        return is_array($value) ? isset($value[self::LONG_LIST]) && self::isList($value)
            : is_string($value) && isset($value[self::LONG_TEXT]) && self::isText($value);
    }

    /** The parts of a long value, as JSON. */
    public static function partsOf($value)
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
            yield self::encode(substr($text, $start, $end - $start));
        }
    }

    private static function partsOfList(array $list)
    {
        $count = self::FIRST_PART;
        for ($start = 0; $start < count($list); $start += count($items)) {
            $items = array_slice($list, $start, $count);
            $text = self::encode($items);
            yield $text;
            $count = max(1, (int) (count($items) * self::PART / strlen($text)));
        }
    }

    /** What has come in parts. */
    public static function joined(array $parts)
    {
        foreach ($parts as $part) {
            if ($part instanceof Exception) {
                throw $part; // it could not be decoded
            }
        }
        return is_array($parts[0]) ? array_merge(...$parts) : implode('', $parts);
    }

    /** Whether an array holds no object at any depth: of most objects, json_encode would silently make something else. */
    private static function isPlain(array $value, $depth)
    {
        if ($depth > self::DEPTH) {
            return false;
        }
        foreach ($value as $item) {
            if (is_array($item)) {
                foreach ($item as $inner) { // two levels a call: the rows of a table are many, and short
                    if (is_array($inner) ? !self::isPlain($inner, $depth + 2) : is_object($inner)) {
                        return false;
                    }
                }
            } elseif (is_object($item)) {
                return false;
            }
        }
        return true;
    }

    /** Whether there are keys in a text with `$` that begin with it: words of EJSON, or keys that would be taken for one. */
    private static function hasWords($text)
    {
        return strpos($text, '"$') !== false && preg_match('/[{,]\s*"\$(?:[^"\\\\]++|\\\\.)*+"\s*:/', $text) !== 0;
    }

    /** Replaces objects by the form that they have in the protocol. */
    private static function simplify($value, $path, $depth)
    {
        if ($depth > self::DEEPEST) {
            self::refuseDepth($path);
        }
        if (is_array($value)) {
            return self::simplifyEntries($value, $path, $depth);
        }
        if ($value instanceof JsonSerializable) {
            $form = $value->jsonSerialize();
            return is_array($form) || is_object($form) ? self::simplify($form, $path, $depth + 1) : $form;
        }
        if ($value instanceof stdClass) {
            $entries = get_class($value) === 'stdClass' ? (array) $value : get_object_vars($value);
            $entries = self::simplifyEntries($entries, $path, $depth);
            return self::isList($entries) ? (object) $entries : $entries;
        }
        if (self::$isExtended && $value instanceof DateTimeInterface) {
            return new __BOND_word(['$date' => ['$numberLong' => (string) self::millisecondsOf($value, $path)]]);
        }
        $class = strtok(get_class($value), "\0");
        self::refuse($path, "an object of class $class cannot be carried by " . self::name() . self::advice($value));
    }

    private static function simplifyEntries(array $entries, $path, $depth)
    {
        foreach ($entries as $key => $item) {
            if (is_array($item) || is_object($item)) {
                unset($simple);
                $simple = self::simplify($item, self::below($path, $key), $depth + 1);
                $entries[$key] = &$simple; // not a copy: that would change a variable which the entry refers to
            }
        }
        return $entries;
    }

    /** Whether an array is one that json_encode takes for a list. */
    private static function isList(array $entries)
    {
        $index = 0;
        foreach ($entries as $key => $entry) {
            if ($key !== $index++) {
                return false;
            }
        }
        return true;
    }

    private static function refuseDepth($path)
    {
        self::refuse(substr($path, 0, 80) . '…', 'refers to itself, or is nested too deep');
    }

    /** Puts words of EJSON in the place of what JSON has none for. */
    private static function spell($value, $path, $depth)
    {
        if ($depth > self::DEEPEST) {
            self::refuseDepth($path);
        }
        if (is_array($value)) {
            return self::spellEntries($value, $path, $depth);
        }
        if (is_object($value)) {
            return $value instanceof __BOND_word ? $value : (object) self::spellEntries((array) $value, $path, $depth);
        }
        if (is_string($value)) {
            return self::isText($value) ? $value : ['$binary' => ['base64' => base64_encode($value), 'subType' => '00']];
        }
        if (is_float($value) && !is_finite($value)) {
            return ['$numberDouble' => is_nan($value) ? 'NaN' : ($value > 0 ? 'Infinity' : '-Infinity')];
        }
        if ($value !== null && !is_scalar($value)) {
            self::refuse($path, 'a value of type ' . gettype($value) . ' cannot be carried by EJSON: hold() it');
        }
        return $value;
    }

    private static function spellEntries(array $entries, $path, $depth)
    {
        $spelled = [];
        foreach ($entries as $key => $item) {
            if (is_string($key) && !self::isText($key)) {
                return ['$map' => self::spellPairs($entries, $path, $depth)];
            }
            $name = strncmp($key, '$', 1) === 0 ? '$' . $key : $key;
            $spelled[$name] = self::isPlainScalar($item) ? $item : self::spell($item, self::below($path, $key), $depth + 1);
        }
        return $spelled;
    }

    private static function spellPairs(array $entries, $path, $depth)
    {
        $pairs = [];
        foreach ($entries as $key => $item) {
            $pairs[] = [self::spell($key, $path, $depth), self::spell($item, self::below($path, $key), $depth + 1)];
        }
        return $pairs;
    }

    /** Whether spelling out would change nothing. */
    private static function isPlainScalar($value)
    {
        if (is_string($value)) {
            return self::isText($value);
        }
        return is_float($value) ? is_finite($value) : $value === null || is_scalar($value);
    }

    private static function isText($string)
    {
        return preg_match('//u', $string) === 1 || preg_last_error() !== PREG_BAD_UTF8_ERROR && self::isTextByJson($string);
    }

    /** The same where regular expressions have reached a limit that the user has set. */
    private static function isTextByJson($string)
    {
        return $string === '' || json_encode($string, JSON_PARTIAL_OUTPUT_ON_ERROR) !== 'null';
    }

    private static function millisecondsOf(DateTimeInterface $moment, $path)
    {
        $microseconds = (int) $moment->format('u');
        if ($microseconds % 1000) {
            self::refuse($path, 'a moment with microseconds cannot be carried, because Date has milliseconds: '
                . "send its ->format('Y-m-d\TH:i:s.uP'), or make it anew from its ->format('Y-m-d\TH:i:s.vP')");
        }
        $milliseconds = $moment->getTimestamp() * 1000 + intdiv($microseconds, 1000);
        if (abs($milliseconds) > self::LAST_MOMENT) {
            self::refuse($path, 'a moment so far from 1970 cannot be carried: send its ->format(DATE_ATOM)');
        }
        return $milliseconds;
    }

    private static function name()
    {
        return self::$isExtended ? 'EJSON' : 'JSON';
    }

    /** What to do about objects that have no word, because there are several forms that the host might want. */
    private static function advice($value)
    {
        if ($value instanceof UnitEnum) {
            return $value instanceof BackedEnum ? ': send its ->value' : ': send its ->name';
        }
        if ($value instanceof DateTimeInterface) {
            return ': send its ->format(DATE_ATOM)';
        }
        if ($value instanceof Traversable) {
            return ': iterate() over it, or hold() it';
        }
        return ($value instanceof Closure ? '' : ', unless it implements JsonSerializable') . ': hold() it';
    }

    private static function refuse($path, $reason)
    {
        throw new _BOND_SerializationException("$path: $reason");
    }

    /** Why json_encode has refused a value: its own words do not say what to do. */
    private static function reasonOf($error)
    {
        $reasons = [
            JSON_ERROR_UNSUPPORTED_TYPE => 'a value of type resource cannot be carried by ' . self::name() . ': hold() it',
            JSON_ERROR_UTF8 => 'a string that is not UTF-8 cannot be carried by ' . self::name() . ': send base64_encode() of it',
            JSON_ERROR_INF_OR_NAN => 'INF and NAN are no JSON numbers',
            JSON_ERROR_DEPTH => 'is nested too deep',
        ];
        return isset($reasons[$error]) ? $reasons[$error] : json_last_error_msg();
    }

    private static function findCulprit($value, $path)
    {
        if (is_array($value) || is_object($value)) {
            foreach ((array) $value as $key => $item) {
                if (json_encode($item, self::FLAGS, self::DEPTH) === false) {
                    return strlen($path) > 200 ? "$path…" : self::findCulprit($item, self::below($path, $key));
                }
            }
        }
        return $path;
    }

    private static function below($path, $key)
    {
        if (is_int($key)) {
            return "{$path}[$key]";
        }
        return preg_match('/^[A-Za-z_]\w*$/D', $key) ? "$path.$key" : $path . '[' . json_encode($key, JSON_PARTIAL_OUTPUT_ON_ERROR) . ']';
    }

    public static function decode($text)
    {
        $value = json_decode($text, true, self::DEPTH);
        if ($value === null && json_last_error() !== JSON_ERROR_NONE) {
            self::refuse(self::RECEIVED, json_last_error_msg());
        }
        if (isset($text[18]) && preg_match('/\d++(?<=\d{19})/', $text) !== 0 && preg_match('/(?:^|[\[,:\- ])\d{19}/', $text) !== 0) {
            self::refuseRounding($value, json_decode($text, true, self::DEPTH, JSON_BIGINT_AS_STRING));
        }
        return __BOND_values::$isExtended && strpos($text, '$') !== false && self::hasWords($text) ? self::readWords($value) : $value;
    }

    /** JSON text with U+FFFD in the place of each half of a surrogate pair, which PHP's strings have no form for. */
    public static function withWholeCharacters($text)
    {
        $whole = '\\\\(?:[^u]|u(?![dD][89a-fA-F])....|u[dD][89abAB]..\\\\u[dD][c-fC-F]..)';
        return preg_replace("/$whole(*SKIP)(*FAIL)|\\\\u[dD][89a-fA-F]../", '\ufffd', $text);
    }

    /** json_decode makes a float of an integer beyond 64 bits. */
    private static function refuseRounding($value, $asString)
    {
        if (is_float($value) && is_string($asString)) {
            self::refuse(self::RECEIVED, "the integer $asString is beyond 64 bits");
        }
        if (is_array($value)) {
            foreach ($value as $key => $item) {
                self::refuseRounding($item, $asString[$key]);
            }
        }
    }

    private static function readWords($value)
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
                return base64_decode($content['base64']);
            case '$date':
                return self::readDate((int) $content['$numberLong']);
            case '$map':
                return self::readMap($content);
            case '$set':
                return array_map([__CLASS__, 'readWords'], $content);
            case '$typedArray':
                return self::readTypedArray($content['type'], base64_decode($content['base64']));
        }
        self::refuse(self::RECEIVED, "$word is no word of EJSON");
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
                self::refuse(self::RECEIVED, "a key of a Map is of type $kind: in PHP, they are integers and strings");
            }
            if (array_key_exists($key, $map)) {
                self::refuse(self::RECEIVED, 'two keys of a Map are the same in PHP: ' . self::below('', $key));
            }
            $map[$key] = self::readWords($item);
        }
        return $map;
    }

    private static function readTypedArray($type, $bytes)
    {
        $isBackwards = pack('v', 1) !== pack('S', 1); // this machine has the first byte last
        $items = array_values(unpack(self::UNPACK[$type] . '*', $isBackwards ? strrev($bytes) : $bytes));
        if ($type === 'uint64' && $items && min($items) < 0) {
            self::refuse(self::RECEIVED, 'an item of a BigUint64Array is beyond 64 bits with a sign');
        }
        return $isBackwards ? array_reverse($items) : $items;
    }
}

// ---- Exceptions -----------------------------------------------------------------------------------------------------

/** An exported function of the host failed. $data is what it threw, or the text of it. */
class _BOND_RemoteException extends RuntimeException
{
    public $data = null;
    public $type = null;
    public $bondCall = null;
}

/** The host has interrupted what was running. */
class _BOND_InterruptException extends RuntimeException
{
}

final class __BOND_exceptions
{
    public static $transparent = false;

    /** Tells the host about an exception: the last thing that may fail, so it does little. */
    public static function report($request, &$error)
    {
        __BOND_signals::hold();
        __BOND_session::$busy = false;
        self::redirect();
        try {
            $message = self::withPatterns(function () use ($request, $error) {
                return self::describe($request, $error);
            });
        } catch (Throwable $another) {
            $message = "EXCEPT $request " . self::json(['message' => self::messageOf($error), 'type' => self::typeOf($error)]);
            self::letGo($another);
        }
        self::letGo($error);
        self::letGo(__BOND_session::$value);
        self::letGo(__BOND_session::$arguments);
        self::letGo(__BOND_session::$named);
        __BOND_streams::say($message);
        __BOND_session::$request = __BOND_session::IDLE;
    }

    /** Lets go of a value. What its destructor throws would reach somebody whom it does not concern: it is a warning. */
    public static function letGo(&$value)
    {
        try {
            try {
                $value = null;
            } catch (Throwable $error) {
                $text = 'Uncaught in a destructor: ' . self::typeOf($error) . ': ' . self::messageOf($error);
                trigger_error($text, E_USER_WARNING);
            }
        } catch (Throwable $ofHandler) {
        }
    }

    /** Runs something with regular expressions that work, whatever limits the user has set for them. */
    private static function withPatterns(callable $run)
    {
        $limits = [];
        foreach (__BOND_values::$hasSettings ? ['pcre.backtrack_limit', 'pcre.recursion_limit'] : [] as $name) {
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

    private static function describe($request, $error)
    {
        $own = $error instanceof _BOND_RemoteException || $error instanceof _BOND_SerializationException ? (array) $error : [];
        $call = isset($own['bondCall']) && is_int($own['bondCall']) ? $own['bondCall'] : null;
        $description = ['message' => self::messageOf($error), 'call' => $call];
        if ($error instanceof _BOND_SerializationException) {
            return "ERROR $request " . self::json($description);
        }
        $data = '';
        if (self::$transparent) {
            try {
                $data = '"data":' . self::encode(array_key_exists('data', $own) ? $own['data'] : $error) . ',';
            } catch (_BOND_SerializationException $failure) {
                return "ERROR $request " . self::json(['message' => self::messageOf($failure)]);
            }
        }
        $type = isset($own['type']) && is_string($own['type']) ? self::text($own['type']) : self::typeOf($error);
        $description += ['type' => $type, 'traceback' => self::text(self::traceback($error))];
        return "EXCEPT $request {" . $data . substr(self::json($description), 1);
    }

    /** What is thrown itself, as JSON; whatever goes wrong, it is a value that cannot cross. */
    private static function encode($thrown)
    {
        try {
            return __BOND_values::encode($thrown, 'exception');
        } catch (_BOND_SerializationException $failure) {
            throw $failure;
        } catch (Throwable $failure) {
            $reason = self::typeOf($failure) . ': ' . self::messageOf($failure);
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
                self::letGo($ofMessage);
            }
        }
        if (is_array($message) || is_object($message)) {
            return '(its message is ' . (is_array($message) ? 'an array)' : 'an object of class ' . get_class($message) . ')');
        }
        return self::text(self::readable(is_resource($message) ? '(its message is a resource)' : (string) $message));
    }

    private static function property($error, $name, $default)
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
    private static function readable($text)
    {
        $text = preg_replace('/' . self::evaluatedIn(__BOND_code::$place) . '/', 'eval', $text);
        return preg_replace(['/' . self::evaluatedIn(__FILE__) . '/', '/' . preg_quote(__FILE__, '/') . '/'], 'bond', $text);
    }

    private static function evaluatedIn($place)
    {
        return preg_quote($place, '/') . "\(\d+\) : eval\(\)'d code";
    }

    /** A stack trace without the frames of the driver. */
    private static function frames($trace)
    {
        // The driver itself is evaluated by what is evaluated.
        $ofDriver = [preg_quote(__BOND_code::$place, '/'), self::evaluatedIn(__FILE__)];
        for ($place = __FILE__; preg_match("/^(.+)\(\d+\) : eval\(\)'d code$/D", $place, $match); $place = $match[1]) {
            $ofDriver[] = preg_quote($place, '/');
        }
        $ofDriver[] = preg_quote($place, '/');
        $driver = '/^(#\d+ )(?:' . implode('|', $ofDriver) . ')\(\d+\): /';
        $frames = preg_replace($driver, '$1bond: ', preg_split('/\n(?=#\d)/', $trace));
        $isOfDriver = '/^#\d+ (?:bond: (?:(?:eval|include)\(|_?_BOND_)|\[internal function\]: __BOND_)/'; // others are calls of the user's
        $frames = array_values(preg_grep($isOfDriver, $frames, PREG_GREP_INVERT));
        foreach ($frames as $index => $frame) {
            $frame = self::readable(preg_replace('/^#\d+/', "#$index", $frame));
            $frames[$index] = preg_replace('/^(#\d+ (?:eval|evalBlock))\((\d+)\): /', '$1, line $2: ', $frame);
        }
        return implode("\n", $frames);
    }

    /** The text as UTF-8, whatever is in it. */
    private static function text($text)
    {
        if (preg_match('//u', $text)) {
            return $text;
        }
        if (defined('JSON_INVALID_UTF8_SUBSTITUTE')) { // PHP 7.2
            return json_decode(json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE));
        }
        return preg_replace('/[\x80-\xff]/', '?', $text);
    }

    /** An exit hook: the others, destructors and handlers of sessions may still call what the host has lent. */
    public static function atExit()
    {
        __BOND_streams::$isEnding = true;
        self::tellFatal();
        // Behind the hooks of the user: otherwise PHP would do it when the objects of the handler are destroyed.
        register_shutdown_function(function () {
            register_shutdown_function(function () {
                if (function_exists('session_status') && session_status() === PHP_SESSION_ACTIVE) {
                    session_write_close();
                }
            });
        });
    }

    public static $display;               // what display_errors was when the driver last looked
    public static $hasStoppedLog = false; // the log would go to stderr, where errors go that are displayed

    /** Errors and warnings go to stderr, once, if `display_errors` says so, and to the log that the user has named. */
    public static function direct()
    {
        if (__BOND_values::$hasSettings && ini_get('log_errors') && !ini_get('error_log')) {
            self::$hasStoppedLog = true;
            ini_set('log_errors', '0');
        }
        self::redirect();
    }

    /**
     * The user may have changed where they go. It is looked at after each request: a handler of errors would notice sooner, but
     * set_error_handler() would return it to code that asks whether there is one.
     */
    public static function redirect()
    {
        if (!__BOND_values::$hasSettings) {
            return;
        }
        if (self::isOn(ini_get('display_errors'))) {
            ini_set('display_errors', 'stderr');
        }
        self::$display = ini_get('display_errors');
        if (self::$hasStoppedLog && ini_get('error_log')) {
            self::$hasStoppedLog = false;
            ini_set('log_errors', '1');
        } elseif (self::$display === 'stderr' && ini_get('log_errors') && !ini_get('error_log')) {
            self::$hasStoppedLog = true;
            ini_set('log_errors', '0');
        }
    }

    /** Whether PHP would write errors among the program's output. */
    private static function isOn($display)
    {
        return in_array(strtolower($display), ['1', 'on', 'yes', 'true', 'stdout'], true);
    }

    /** What is fatal cannot be caught; where PHP is set not to tell of it, nobody would know why it ended. */
    private static function tellFatal()
    {
        $error = error_get_last();
        $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_RECOVERABLE_ERROR;
        if (!$error || !($error['type'] & $fatal) || !__BOND_values::$hasSettings) {
            return;
        }
        $text = 'PHP Fatal error:  ' . self::readable("{$error['message']} in {$error['file']} on line {$error['line']}");
        if (self::$hasStoppedLog && ini_get('error_log')) {
            error_log($text);
        }
        if (strtolower(ini_get('display_errors')) !== 'stderr' && (!ini_get('log_errors') || ini_get('error_log'))) {
            file_put_contents('php://stderr', "$text\n");
        }
    }
}

// ---- Functions of the host ------------------------------------------------------------------------------------------

final class __BOND_host
{
    private static $exported = [];

    /** `$called` is what the function is called on the wire: its name as JSON text, or a number. */
    public static function call($name, array $arguments, $called)
    {
        if (__BOND_session::$isWaiting || __BOND_streams::$isSaying) {
            $reason = 'it cannot be called in the middle of an exchange with it';
            throw new RuntimeException("$name is a function of the host: $reason");
        }
        if ($arguments && !array_key_exists(count($arguments) - 1, $arguments)) {
            throw new InvalidArgumentException("$name is a function of the host: it takes no arguments by name");
        }
        if (__BOND_streams::isFork()) {
            throw new RuntimeException("$name is a function of the host: a forked process cannot call it");
        }
        $payload = __BOND_values::encode($arguments, "$name(): args");
        $payload .= ']';
        list($verb, $frame, , $payload) = __BOND_session::serve("[$called,", $payload);
        if (__BOND_session::$interrupted) {
            __BOND_session::$interrupted = false;
            throw new _BOND_InterruptException('interrupted by the host');
        }
        if ($verb === 'RETURN') {
            return __BOND_values::decode($payload);
        }
        if ($verb === 'RETURN_WITH') {
            $value = __BOND_values::decode($payload);
            return __BOND_session::withReferences($value[0], $value[1])[0];
        }
        $error = self::errorOf($verb, $payload);
        $error->bondCall = (int) $frame;
        throw $error;
    }

    /** What the host tells of an error of its own. */
    private static function errorOf($verb, $payload)
    {
        try {
            $told = __BOND_values::decode($payload);
        } catch (_BOND_SerializationException $failure) {
            $told = json_decode(__BOND_values::withWholeCharacters($payload), true);
            if (!isset($told['message']) || array_key_exists('data', $told)) {
                return $failure;
            }
        }
        if ($verb === 'ERROR') {
            return new _BOND_SerializationException($told['message']);
        }
        $error = new _BOND_RemoteException($told['message']);
        $error->data = array_key_exists('data', $told) ? $told['data'] : $told['message'];
        $error->type = isset($told['type']) ? $told['type'] : null;
        return $error;
    }

    public static function export($name)
    {
        $word = '[a-zA-Z_\x80-\xff][\w\x80-\xff]*';
        if (!preg_match("/^\\\\?((?:$word\\\\)*)($word)$/D", $name, $parts)) {
            throw new InvalidArgumentException("'$name' is not a valid name for a function");
        }
        $key = strtolower($parts[1] . $parts[2]);
        if (!isset(self::$exported[$key])) {
            if (function_exists($key)) {
                throw new InvalidArgumentException("cannot export over the existing function $name(): give it another name, or a namespace");
            }
            $namespace = $parts[1] === '' ? '' : 'namespace ' . substr($parts[1], 0, -1) . '; ';
            $literals = var_export($name, true) . ', $arguments, ' . var_export(json_encode($name), true);
            eval("{$namespace}function $parts[2](...\$arguments) { return \\__BOND_host::call($literals); }");
            self::$exported[$key] = true;
        }
    }
}

/** What the host has lent, by its number; it hears of it when this is gone. */
final class __BOND_lent
{
    private $number;

    public function __construct($number)
    {
        $this->number = $number;
    }

    public function call(array $arguments)
    {
        return __BOND_host::call('callback', $arguments, $this->number);
    }

    public function __destruct()
    {
        if (!__BOND_streams::$isEnding) {
            __BOND_streams::$released[] = $this->number;
        }
    }
}

/** A function that the host has lent. */
function _BOND_callback($number)
{
    $lent = new __BOND_lent($number);
    return static function (...$arguments) use ($lent) {
        return $lent->call($arguments);
    };
}

/** Iterates over what the host hands out in batches. */
function _BOND_stream($number)
{
    return __BOND_stream_of(_BOND_callback($number)); // a generator that is never begun runs none of its code
}

function __BOND_stream_of(Closure $take)
{
    $size = 1;
    do {
        list($items, $isDone) = $take($size);
        foreach ($items as $item) {
            yield $item;
        }
        $size = min(2 * $size, 256);
    } while (!$isDone);
}

// ---- Requests -------------------------------------------------------------------------------------------------------

/** error_reporting(), under the name that python-bond has for it. */
function _BOND_error_reporting($level = null)
{
    return $level === null ? error_reporting() : error_reporting($level);
}

/** ini_set(), in a block of code: where errors go is looked at before the next one. */
function _BOND_ini_set($option, $value)
{
    $before = ini_set($option, $value);
    __BOND_exceptions::redirect();
    return $before;
}

/** What the host holds here, and iterates over. */
final class __BOND_held
{
    public static $values = [];
    public static $iterators = [];  // [iterator, what it has thrown behind items that went before], by number
    private static $counter = 0;

    public static function nextNumber()
    {
        return ++self::$counter;
    }

    /** The value of a call of what is no function's name, but an expression: it sees what is global. */
    public static function callExpression($__BOND_name, array $__BOND_arguments)
    {
        foreach (array_diff(array_keys($GLOBALS), ['GLOBALS', 'this', '__BOND_name', '__BOND_arguments']) as $__BOND_global) {
            $$__BOND_global = &$GLOBALS[$__BOND_global];
        }
        $__BOND_callee = preg_match('/^\s*(static\s+)?(fn|function)\b/i', $__BOND_name) ? "($__BOND_name)" : $__BOND_name;
        return eval("return $__BOND_callee(...\$__BOND_arguments);");
    }

    public static function release($number)
    {
        if (isset(self::$values[$number])) {
            $value = self::$values[$number];
            unset(self::$values[$number]);
            __BOND_exceptions::letGo($value);
        }
    }

    /** Whether something has entries rather than a property of that name. */
    public static function hasEntries($holder, $name)
    {
        if (!$holder instanceof ArrayAccess) {
            return is_array($holder);
        }
        return !property_exists($holder, $name) || !(new ReflectionProperty($holder, $name))->isPublic();
    }

    /** Goes through whatever foreach goes through. It stands before the first item when it begins, so that none comes early. */
    public static function walk($iterable)
    {
        yield;
        foreach ($iterable as $item) {
            yield $item;
        }
    }
}

function _BOND_hold($value)
{
    $number = __BOND_held::nextNumber();
    __BOND_held::$values[$number] = $value;
    return $number;
}

/** What a function throws, so that it can be held; null if it throws nothing. */
function _BOND_catch($function, ...$arguments)
{
    try {
        $function(...$arguments);
        return null;
    } catch (Throwable $error) {
        return $error;
    }
}

/** By reference: what is given a held array can change it. */
function &_BOND_held($number)
{
    if (!array_key_exists($number, __BOND_held::$values)) {
        throw new OutOfBoundsException("nothing is held under the number $number");
    }
    return __BOND_held::$values[$number];
}

function _BOND_get($holder, $name)
{
    if (__BOND_held::hasEntries($holder, $name) && (is_object($holder) || array_key_exists($name, $holder))) {
        return $holder[$name];
    }
    if (is_object($holder) && (property_exists($holder, $name) || isset($holder->$name) || method_exists($holder, '__get'))) {
        return $holder->$name;
    }
    throw new OutOfBoundsException("there is nothing called '$name' in it");
}

function _BOND_set(&$holder, $name, $value)
{
    if (__BOND_held::hasEntries($holder, $name)) {
        $holder[$name] = $value;
    } elseif (is_object($holder)) {
        $holder->$name = $value;
    } else {
        throw new InvalidArgumentException('a value of type ' . gettype($holder) . ' has neither properties nor entries');
    }
}

// No parameters but one for all: others would be in the way of arguments by name.

function _BOND_invoke(&...$arguments)
{
    $method = [array_shift($arguments), array_shift($arguments)];
    return $method(...$arguments);
}

function _BOND_apply(&...$arguments)
{
    $holder = array_shift($arguments);
    $isClass = is_string($holder) && !is_callable($holder) && class_exists($holder);
    return $isClass ? new $holder(...$arguments) : $holder(...$arguments);
}

function _BOND_hold_result(&...$arguments)
{
    $name = array_shift($arguments);
    return _BOND_hold(is_callable($name) ? $name(...$arguments) : __BOND_held::callExpression($name, $arguments));
}

function _BOND_iterate($value)
{
    if (!is_array($value) && !$value instanceof Traversable) {
        $kind = is_object($value) ? get_class($value) : gettype($value);
        throw new InvalidArgumentException("a value of type $kind cannot be iterated over");
    }
    $number = __BOND_held::nextNumber();
    __BOND_held::$iterators[$number] = [__BOND_held::walk($value), null];
    return $number;
}

/** The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds. */
function _BOND_next($number, $count)
{
    list($walk, $error) = __BOND_held::$iterators[$number];
    list($items, $end) = [[], INF];
    try {
        if ($error) {
            throw $error;
        }
        while (count($items) < $count && microtime(true) < $end) {
            $walk->next();
            if (!$walk->valid()) {
                _BOND_leave($number);
                return [$items, true];
            }
            $items[] = $walk->current();
            $end = min($end, microtime(true) + 0.005);
        }
    } catch (Throwable $error) {
        if (!$items || $error instanceof _BOND_InterruptException) {
            _BOND_leave($number);
            throw $error;
        }
        __BOND_held::$iterators[$number][1] = $error;
    }
    return [$items, false];
}

function _BOND_leave($number)
{
    unset(__BOND_held::$iterators[$number]);
}

/**
 * Code as a file. PHP calls the place of what is evaluated by the places of all the evaluations that led to it, and that of what
 * is included by a name, which may be a readable one.
 */
final class __BOND_code
{
    const SCHEME = 'bond-code';
    const EXPRESSION = 'eval';
    const BLOCK = 'evalBlock';

    public $context;
    public static $text;               // of the file that is to be opened
    public static $address;            // from where code is to be included; null if it is to be evaluated
    public static $place = __FILE__;   // of the loop
    private $file;
    private $position = 0;

    public static function register()
    {
        return function_exists('stream_wrapper_register') && @stream_wrapper_register(self::SCHEME, __CLASS__);
    }

    /** Has code included under a name; where the user has taken the way away, it is evaluated. */
    public static function name($name, $code)
    {
        self::$text = $code;
        self::$address = in_array(self::SCHEME, stream_get_wrappers(), true) ? self::SCHEME . "://$name" : null;
        return $code;
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        $opened = substr($path, strlen(self::SCHEME . '://'));
        $this->file = '<?php ' . self::$text;
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
        if (self::$address) {
            __BOND_signals::release();
        }
    }
}

final class __BOND_session
{
    /** Names that cannot be made global, or need not. */
    const NOT_GLOBAL = [
        'this', 'GLOBALS', '_SERVER', '_GET', '_POST', '_FILES', '_COOKIE', '_SESSION', '_REQUEST', '_ENV',
        '__BOND_names', '__BOND_name', '__BOND_before',
    ];
    const IDLE = ['', '0', '0', ''];
    const ANSWERS = ['RETURN' => true, 'RETURN_WITH' => true, 'EXCEPT' => true, 'ERROR' => true];
    const LONG = 65536;

    public static $request = self::IDLE;     // what is being carried out: verb, frame, id, payload
    public static $code;                     // code of the request that is to be evaluated
    public static $arguments;
    public static $named;                    // arguments by name
    public static $value;
    public static $locals;
    public static $busy = false;             // user code is running: only then does an interrupt stop anything
    public static $interrupted = false;      // an interrupt came while user code was waiting for the host
    public static $isWaiting = false;        // in the middle of a call, for the host's next word
    private static $depth = 0;
    private static $lastCall = 0;            // the number of the last frame that was opened
    private static $lastInterrupt = 0;       // the number of the last one that was noticed
    private static $early = [];              // lines that were read before their time
    private static $aside = [];              // messages that belong to frames further out, by frame
    private static $parts = [];              // what has come of long arguments, by request
    private static $takesParts = false;      // the host does

    /** What is to be evaluated for a request, or null if it needs no evaluation. */
    public static function prepare()
    {
        $given = __BOND_values::decode(__BOND_session::$request[3]);
        if (__BOND_session::$depth === 0 && __BOND_values::$hasSettings && ini_get('max_execution_time') !== '0') {
            ini_set('max_execution_time', ini_get('max_execution_time')); // the limit is one of a request: its time begins anew
        }
        __BOND_session::$busy = true;
        __BOND_code::$address = null;
        switch (__BOND_session::$request[0]) {
            case 'EVAL':
                return __BOND_session::$code = __BOND_code::name(__BOND_code::EXPRESSION, self::statement($given));
            case 'EVAL_BLOCK':
                return __BOND_session::$code = __BOND_code::name(__BOND_code::BLOCK, self::block($given));
            case 'EXPORT':
                __BOND_host::export($given);
                return __BOND_session::$code = null;
        }
        if (isset(__BOND_session::$parts[__BOND_session::$request[2]])) {
            $given[1][] = self::takeParts(__BOND_session::$request[2]);
        }
        return __BOND_session::$code = self::prepareCall($given);
    }

    private static function takeParts($request)
    {
        $parts = self::$parts[$request];
        unset(self::$parts[$request]);
        return __BOND_values::joined($parts);
    }

    /** Code for an expression: echo and unset have no value, and cannot be returned. */
    private static function statement($code)
    {
        return preg_match('/^\s*(echo|unset)\b/i', $code) ? "$code\n;" : "return $code\n;";
    }

    /** Code for a block, whose last statement may lack its semicolon; behind a closing tag, it would be output. */
    private static function block($code)
    {
        if (stripos($code, 'ini_set') !== false) {
            $code = self::withWatchedSettings($code);
        }
        return preg_match('/[;}]\s*$/D', $code) || strpos($code, '?>') !== false ? $code : "$code\n;";
    }

    private static function withWatchedSettings($code)
    {
        if (!__BOND_values::$hasSettings || !function_exists('token_get_all')) {
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

    private static function prepareCall(array $call)
    {
        $name = $call[0];
        if (!isset($call[2]) && function_exists($name)) {
            __BOND_signals::release();
            __BOND_session::$value = $name(...$call[1]);
            return null;
        }
        __BOND_session::$arguments = $call[1];
        __BOND_session::$named = isset($call[3]) ? $call[3] : [];
        if (__BOND_session::$named && PHP_VERSION_ID < 80000) {
            throw new BadFunctionCallException('arguments by name need PHP 8: this is PHP ' . PHP_VERSION);
        }
        foreach (isset($call[2]) ? $call[2] : [] as $reference) {
            self::resolve($reference[0], $reference[1], '&');
        }
        // A function without a name ends where its call would begin.
        $callee = preg_match('/^\s*(static\s+)?(fn|function)\b/i', $name) ? "($name)" : $name;
        return self::statement($callee . self::argumentList());
    }

    private static function argumentList()
    {
        $list = [];
        foreach (self::$arguments as $index => $argument) {
            $list[] = "\\__BOND_session::\$arguments[$index]";
        }
        if (self::$named) {
            $list[] = '...\\__BOND_session::$named';
        }
        return '(' . implode(', ', $list) . ')';
    }

    /** The values, with what expressions refer to put in their places. */
    public static function withReferences(array $values, array $references)
    {
        $outer = self::$arguments;
        try {
            __BOND_signals::hold();
            self::$arguments = $values;
            foreach ($references as $reference) {
                self::resolve($reference[0], $reference[1]);
            }
            return self::$arguments;
        } finally {
            self::$arguments = $outer;
            __BOND_signals::release();
        }
    }

    /** Puts what an expression refers to among the arguments; with `&`, a variable itself, for functions that change it. */
    private static function resolve(array $path, $expression, $sign = '')
    {
        $place = '\\__BOND_session::$arguments';
        if ($path[0] === 'kwargs') {
            $place = '\\__BOND_session::$named';
            array_shift($path);
        }
        foreach ($path as $step) {
            $place .= '[' . var_export($step, true) . ']';
        }
        if (preg_match('/^\s*\$(\w+)(\s*->\s*\w+|\[[^\[\]]*\])*\s*$/D', $expression, $variable)) {
            if (!array_key_exists($variable[1], $GLOBALS)) {
                $GLOBALS[$variable[1]] = null; // a function that is given it may fill it
            }
        } elseif (count($path) > 1 || !preg_match('/^_BOND_held\(\d+\)$/D', $expression)) {
            $sign = '';
        }
        __BOND_code::$address = null;
        self::$code = "$place = $sign$expression\n;";
        __BOND_evaluate();
    }

    /** Answers the request that has been carried out. */
    public static function finish()
    {
        if (__BOND_signals::$state === __BOND_signals::HELD) {
            __BOND_signals::release(); // what encodes the value may run code of the user's
        }
        list($verb, , $request) = __BOND_session::$request;
        if (__BOND_values::$hasSettings && (ini_get('display_errors') !== __BOND_exceptions::$display
            || __BOND_exceptions::$hasStoppedLog && ini_get('error_log') || $verb !== 'CALL')) {
            __BOND_exceptions::redirect();
        }
        $text = $verb === 'CALL' || $verb === 'EVAL' ? self::encodeValue($request) : '';
        // While destructors may still fail, or call the host.
        __BOND_session::$value = __BOND_session::$arguments = __BOND_session::$named = null;
        __BOND_signals::hold();
        __BOND_session::$busy = false;
        __BOND_streams::say($text, "RETURN $request ");
        __BOND_session::$request = self::IDLE;
    }

    private static function encodeValue($request)
    {
        $isLong = __BOND_session::$takesParts && __BOND_values::isLong(__BOND_session::$value);
        return $isLong ? self::sayParts($request) : __BOND_values::encode(__BOND_session::$value);
    }

    /** Sends the parts of the value; what is left for the payload is nothing, or an error if something cannot cross. */
    private static function sayParts($request)
    {
        $value = self::$value; // what is written may call the host, and that call code that has a value of its own
        try {
            foreach (__BOND_values::partsOf($value) as $part) {
                self::sayPart($request, $part);
            }
            return '';
        } catch (_BOND_SerializationException $error) {
            self::sayPart($request, '');
            return __BOND_values::encode($value);
        }
    }

    private static function sayPart($request, $part)
    {
        __BOND_signals::hold();
        self::$busy = false; // an interrupt has to wait
        __BOND_streams::say($part, "PART $request ");
        self::$busy = true;
        __BOND_signals::release();
    }

    // ---- Loop -------------------------------------------------------------------------------------------------------

    /** Fetches the next message for a frame. What belongs to another one is set aside until its turn. */
    public static function take($frame)
    {
        while (!isset(__BOND_session::$aside[$frame])) {
            $line = __BOND_session::$early ? array_shift(__BOND_session::$early) : __BOND_streams::nextLine();
            if ($line === false) {
                self::leave();
            }
            $request = isset($line[self::LONG]) ? self::splitLong($line) : explode(' ', $line, 4);
            if ($request[0] === 'PART') {
                self::takePart($request[2], $request[3]);
                continue;
            }
            if ($request[1] === $frame) {
                __BOND_session::$request = $request;
                return true;
            }
            self::setAside($request);
        }
        __BOND_session::$request = array_shift(__BOND_session::$aside[$frame]);
        if (!__BOND_session::$aside[$frame]) {
            unset(__BOND_session::$aside[$frame]);
        }
        return true;
    }

    /** Verb, frame, id and payload of a long line, to copy which takes as long as to read it: its head becomes blanks. */
    private static function splitLong(&$line)
    {
        $request = explode(' ', substr($line, 0, 100), 4);
        $length = 100 - strlen($request[3]);
        for ($i = 0; $i < $length; ++$i) {
            $line[$i] = ' ';
        }
        $request[3] = $line;
        return $request;
    }

    private static function takePart($request, $payload)
    {
        if ($payload === "\n") {
            unset(self::$parts[$request]);
            return;
        }
        try {
            self::$parts[$request][] = __BOND_values::decode($payload);
        } catch (_BOND_SerializationException $error) {
            self::$parts[$request][] = $error;
        }
    }

    /** Keeps what belongs to another frame, or to none. */
    private static function setAside(array $message)
    {
        list($verb, $frame, $request, $payload) = $message;
        if ($verb === 'END') {
            self::leave();
        } elseif ($verb === 'RELEASE') {
            __BOND_held::release((int) $request);
        } elseif ($verb !== 'INTERRUPT') {
            __BOND_session::$aside[$frame][] = $message;
        } elseif (__BOND_session::$depth > 0 && self::isMeant($request, $payload)) {
            __BOND_session::$interrupted = true;
        }
    }

    /** The end of input: the host has closed the bond, or is gone. */
    private static function leave()
    {
        self::$isWaiting = false;
        try {
            __BOND_signals::release(); // exit hooks are code of the user's
        } catch (Throwable $ofHandler) {
        }
        exit;
    }

    /** Opens a frame by a call, and carries out what the host asks for in it, until it answers the call. */
    public static function serve($called, $payload)
    {
        $outer = __BOND_session::$request;
        $wasBusy = __BOND_session::$busy;
        $wasHeld = __BOND_signals::$state === __BOND_signals::HELD; // a destructor, say, of what the driver lets go of
        $arguments = __BOND_session::$arguments;
        $named = __BOND_session::$named;
        try {
            __BOND_signals::hold();
            __BOND_session::$busy = false;
            ++__BOND_session::$depth;
            $frame = (string) ++__BOND_session::$lastCall;
            __BOND_streams::say($payload, "CALL $frame $outer[2] $called"); // an interrupt that comes from here on has to wait for the answer
            while (true) {
                __BOND_session::$isWaiting = true;
                self::take($frame);
                __BOND_session::$isWaiting = false;
                if (isset(self::ANSWERS[__BOND_session::$request[0]])) {
                    return __BOND_session::$request;
                }
                $kept = __BOND_session::$interrupted;
                __BOND_session::$interrupted = false; // that is for whoever waits in this frame
                self::carryOut();
                __BOND_session::$interrupted = __BOND_session::$interrupted || $kept;
                __BOND_session::$request = $outer;
            }
        } finally {
            if (isset($frame)) {
                --__BOND_session::$depth;
            }
            __BOND_session::$request = $outer;
            __BOND_session::$arguments = $arguments;
            __BOND_session::$named = $named;
            __BOND_session::$isWaiting = false;
            __BOND_session::$busy = $wasBusy;
            if (!$wasHeld) {
                __BOND_signals::release();
            }
        }
    }

    private static function carryOut()
    {
        $request = __BOND_session::$request[2];
        try {
            try {
                if (self::prepare() !== null) {
                    __BOND_session::$value = __BOND_evaluate();
                }
                self::finish();
            } catch (Throwable $error) {
                if (__BOND_signals::$state === __BOND_signals::IN_USER_CODE) { // as in the loop below
                    __BOND_signals::$state = __BOND_signals::LEAVING;
                    if (!pcntl_async_signals(false)) {
                        __BOND_signals::$areAsync = false;
                    }
                }
                __BOND_exceptions::report($request, $error);
            }
        } catch (Throwable $another) {
            __BOND_exceptions::report($request, $another);
        }
    }

    /** Somebody at a terminal, say, has interrupted this process. */
    public static function onInterrupt()
    {
        if (self::$busy && !__BOND_streams::$isSaying) {
            throw new _BOND_InterruptException('interrupted by the host');
        }
        self::$interrupted = self::$busy || self::$depth > 0; // user code will hear of it when it goes on
    }

    /** The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one. */
    public static function onNotice()
    {
        if (!self::$busy || __BOND_streams::$isSaying) {
            return;
        }
        while (__BOND_streams::hasInput() && ($line = __BOND_streams::nextLine()) !== false) {
            self::$early[] = $line;
        }
        foreach (preg_grep('/^INTERRUPT /', self::$early) as $index => $line) {
            unset(self::$early[$index]);
            list(, , $request, $serial) = explode(' ', $line);
            if (self::isMeant($request, $serial)) {
                throw new _BOND_InterruptException('interrupted by the host');
            }
        }
    }

    /** Whether an interrupt is for what is being carried out, and new. Then the host is told that it has been noticed. */
    private static function isMeant($request, $serial)
    {
        if ($request !== self::$request[2] || (int) $serial <= self::$lastInterrupt) {
            return false;
        }
        self::$lastInterrupt = (int) $serial;
        __BOND_streams::say('INTERRUPTED ' . self::$lastInterrupt);
        return true;
    }

    // ---- Start ------------------------------------------------------------------------------------------------------

    public static function start($in)
    {
        $settings = json_decode(explode(' ', fgets($in), 2)[1], true);
        __BOND_streams::$lastPiece = $settings['mark'] . ' ';
        __BOND_streams::$morePieces = $settings['mark'] . '+';
        __BOND_streams::$announcement = $settings['mark'] . '=';
        __BOND_exceptions::$transparent = $settings['transExcept'];
        $protocols = array_values(array_intersect($settings['protocols'], ['EJSON', 'JSON']));
        $protocol = $protocols ? $protocols[0] : null;
        __BOND_values::$isExtended = $protocol === 'EJSON';
        self::$takesParts = !empty($settings['parts']);
        __BOND_streams::open($in);
        if (isset($settings['bulk'], $settings['pid']) && $settings['pid'] === getmypid()) {
            __BOND_streams::openBulk(...$settings['bulk']);
        }
        __BOND_values::$hasSettings = function_exists('ini_get') && function_exists('ini_set');
        __BOND_exceptions::direct();
        register_shutdown_function(['__BOND_exceptions', 'atExit']);
        $interrupt = __BOND_signals::start();
        if ($interrupt) {
            pcntl_signal(SIGURG, ['__BOND_session', 'onNotice']);
            if (isset($settings['pid']) && $settings['pid'] !== getmypid()) {
                $interrupt = __BOND_streams::standBehindRelay();
            }
            pcntl_signal(SIGINT, ['__BOND_session', 'onInterrupt']);
        }
        __BOND_streams::say('READY ' . json_encode([
            'protocol' => $protocol,
            'version' => PHP_VERSION,
            'pid' => getmypid(),
            'interrupt' => $interrupt ? 'SIGURG' : null,
            'parts' => true,
        ]));
    }
}

__BOND_session::start($__BOND_in);
unset($__BOND_in);
// What evaluates code of the user is a file of its own, whose name stands in the places of what it evaluates. __BOND_evaluate
// runs __BOND_session::$code as if it were in the global scope, in the middle of a call. Both hold signals as hold() does, but
// without a call: where a function begins, a handler might throw. If one does in the last moment, the outer `catch` reports
// that, and by then signals are held.
__BOND_code::$text = <<<'END_OF_TEXT'
__BOND_code::$place = __FILE__;

function __BOND_evaluate()
{
    preg_match_all('/\$\{?([a-zA-Z_\x80-\xff][\w\x80-\xff]*)/', __BOND_session::$code, $__BOND_names);
    $__BOND_names = array_diff(array_unique($__BOND_names[1]), __BOND_session::NOT_GLOBAL);
    $__BOND_before = [];
    foreach ($__BOND_names as $__BOND_name) {
        $__BOND_before[$__BOND_name] = array_key_exists($__BOND_name, $GLOBALS);
        global $$__BOND_name;
    }
    unset($__BOND_names, $__BOND_name);
    try {
        if (__BOND_code::$address) {
            return include __BOND_code::$address;
        }
        __BOND_signals::release();
        return eval(__BOND_session::$code);
    } finally {
        if (__BOND_signals::$state === __BOND_signals::IN_USER_CODE) {
            __BOND_signals::$state = __BOND_signals::LEAVING;
            if (!pcntl_async_signals(false)) {
                __BOND_signals::$areAsync = false;
            }
        }
        try {
            __BOND_signals::hold();
        } finally {
            __BOND_session::$locals = get_defined_vars();
            foreach ($__BOND_before as $__BOND_name => $__BOND_existed) {
                $__BOND_left = array_key_exists($__BOND_name, __BOND_session::$locals);
                if (!$__BOND_left || (!$__BOND_existed && __BOND_session::$locals[$__BOND_name] === null)) {
                    unset($GLOBALS[$__BOND_name]);
                } else {
                    $GLOBALS[$__BOND_name] = &$$__BOND_name;
                }
            }
            foreach (array_diff_key(__BOND_session::$locals, $__BOND_before, ['__BOND_before' => 1]) as $__BOND_name => $__BOND_value) {
                $GLOBALS[$__BOND_name] = $__BOND_value;
            }
            __BOND_session::$locals = null;
        }
    }
}

while (__BOND_session::take('0')) {
    try {
        try {
            if (__BOND_session::prepare() !== null) {
                if (__BOND_code::$address) {
                    __BOND_session::$value = include __BOND_code::$address;
                } else {
                    __BOND_signals::release();
                    __BOND_session::$value = eval(__BOND_session::$code);
                }
            }
            __BOND_session::finish();
        } catch (Throwable $__BOND_error) {
            if (__BOND_signals::$state === __BOND_signals::IN_USER_CODE) {
                __BOND_signals::$state = __BOND_signals::LEAVING;
                if (!pcntl_async_signals(false)) {
                    __BOND_signals::$areAsync = false;
                }
            }
            __BOND_exceptions::report(__BOND_session::$request[2], $__BOND_error);
        }
    } catch (Throwable $__BOND_another) {
        __BOND_exceptions::report(__BOND_session::$request[2], $__BOND_another);
        __BOND_exceptions::letGo($__BOND_error);
    }
    unset($__BOND_error, $__BOND_another);
}
END_OF_TEXT;
if (__BOND_code::register()) {
    include 'bond-code://bond';
}
eval(__BOND_code::$text); // where nothing could be included
