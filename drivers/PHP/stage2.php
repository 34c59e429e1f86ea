<?php
// bond: the PHP driver, for PHP 7.0 and later. See docs/protocol.md for the wire.
// STAGE1 runs this text at the top level and leaves the stream of the host's lines in $__BOND_in. The loop at the end
// stays at the top level, so that code of the outermost frame runs in the real global scope.

// ---- Streams --------------------------------------------------------------------------------------------------------

final class __BOND_streams
{
    public static $in;
    public static $lastPiece;
    public static $morePieces;
    public static $isSaying = false;
    public static $process;
    private static $out;
    private static $pieceSize;
    private static $null;

    /** Puts /dev/null in the place of fd 0, so that nobody but the driver ever reads what the host sends. */
    public static function open($in)
    {
        self::$in = $in;
        self::$process = getmypid();
        // Under Node, stdin is a socket: PHP would give up reading after default_socket_timeout seconds of silence.
        stream_set_timeout($in, -1);
        stream_set_chunk_size($in, 65536);
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
        self::$in = $inner;
        stream_set_timeout($inner, -1);
        stream_set_chunk_size($inner, 65536);
        return true;
    }

    private static function relay($outer, $busyOne)
    {
        array_map('fclose', [STDOUT, STDERR, self::$out]);
        pcntl_signal(SIGINT, SIG_IGN);
        stream_set_blocking($outer, false);
        $sought = "\nINTERRUPT ";
        list($waiting, $seam, $urgent) = ['', "\n", false];
        while (true) {
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
        for ($round = 0; $round < 20 && posix_kill($busyOne, 0); ++$round) {
            usleep(50000);
        }
        posix_kill($busyOne, SIGKILL);
    }

    /** Waits until a stream can be read, or another one written; tells whether it is the former. */
    private static function isReady($in, $outer)
    {
        list($readable, $writable, $none) = [[$in], $outer ? [$outer] : [], []];
        return @stream_select($readable, $writable, $none, null) && $readable;
    }

    /** Whether there is something to read. */
    public static function hasInput()
    {
        list($readable, $none) = [[self::$in], []];
        return (bool) @stream_select($readable, $none, $none, 0);
    }

    private static function protectStdin()
    {
        try {
            $c = FFI::cdef('int open(const char *, int); int dup2(int, int); int close(int);');
            $null = $c->open('/dev/null', 0);
            $c->dup2($null, 0);
            $c->close($null);
        } catch (Throwable $noForeignFunctions) {
            // The next file to be opened gets fd 0; but the constant STDIN is a closed stream from here on.
            fclose(STDIN);
            self::$null = fopen(DIRECTORY_SEPARATOR === '/' ? '/dev/null' : 'NUL', 'r');
        }
    }

    /** Sends one message to the host. What was printed before it is there already: PHP's command line holds nothing back. */
    public static function say($message)
    {
        if (getmypid() !== self::$process) {
            exit; // a fork that has come to the end of what it was to do: the conversation is its parent's
        }
        self::$isSaying = true;
        $room = self::$pieceSize - strlen(self::$lastPiece) - 1;
        $start = 0;
        while (strlen($message) - $start > $room) {
            self::write(self::$morePieces . substr($message, $start, $room) . "\n");
            $start += $room;
        }
        self::write(self::$lastPiece . ($start ? substr($message, $start) : $message) . "\n");
        self::$isSaying = false;
    }

    private static function write($data)
    {
        while (($done = @fwrite(self::$out, $data)) !== strlen($data)) {
            if (!$done) {
                exit(1); // nobody listens any more
            }
            $data = substr($data, $done);
        }
    }
}

// ---- Values ---------------------------------------------------------------------------------------------------------

/** A value cannot cross to the host, or from it. */
class _BOND_SerializationException extends Exception
{
    public $bondCall = null;
}

final class __BOND_values
{
    const FLAGS = JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES;
    const DEPTH = 20000;
    const PRECISION = PHP_VERSION_ID < 70100 ? '17' : '-1';

    /** JSON text of a value, in ASCII; what JSON would change on the way is an error that says where it sits. */
    public static function encode($value, $root = 'result')
    {
        if (is_object($value) || (is_array($value) && !self::isPlain($value, 0))) {
            $value = self::simplify($value, $root, 0);
        }
        if (ini_get('serialize_precision') !== self::PRECISION) {
            ini_set('serialize_precision', self::PRECISION); // user code has changed it; floats would be rounded
        }
        $text = json_encode($value, self::FLAGS, self::DEPTH);
        if ($text === false) {
            $reason = json_last_error_msg();
            $culprit = self::findCulprit($value, $root);
            throw new _BOND_SerializationException("$culprit: $reason");
        }
        return $text;
    }

    /** Whether an array holds no object at any depth: of most objects, json_encode would silently make something else. */
    private static function isPlain(array $value, $depth)
    {
        if ($depth > self::DEPTH) {
            return false;
        }
        foreach ($value as $item) {
            if (is_array($item) ? !self::isPlain($item, $depth + 1) : is_object($item)) {
                return false;
            }
        }
        return true;
    }

    /** Replaces the objects that JSON has a form for by that form. */
    private static function simplify($value, $path, $depth)
    {
        if ($depth > self::DEPTH / 10) {
            throw new _BOND_SerializationException(substr($path, 0, 80) . '…: refers to itself, or is nested too deep');
        }
        if (is_array($value)) {
            foreach ($value as $key => $item) {
                if (is_array($item) || is_object($item)) {
                    $value[$key] = self::simplify($item, self::below($path, $key), $depth + 1);
                }
            }
            return $value;
        }
        if ($value instanceof stdClass) {
            return (object) self::simplify((array) $value, $path, $depth + 1);
        }
        if ($value instanceof JsonSerializable) {
            $form = $value->jsonSerialize();
            return is_array($form) || is_object($form) ? self::simplify($form, $path, $depth + 1) : $form;
        }
        $class = get_class($value);
        throw new _BOND_SerializationException(
            "$path: an object of class $class cannot be carried by JSON, unless it implements JsonSerializable"
        );
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
            throw new _BOND_SerializationException('what the host sent cannot be decoded: ' . json_last_error_msg());
        }
        if (preg_match('/(?:^|[\[,:\- ])\d{19}/', $text)) {
            self::refuseRounding($value, json_decode($text, true, self::DEPTH, JSON_BIGINT_AS_STRING));
        }
        return $value;
    }

    /** json_decode makes a float of an integer beyond 64 bits. */
    private static function refuseRounding($value, $asString)
    {
        if (is_float($value) && is_string($asString)) {
            throw new _BOND_SerializationException("the integer $asString is beyond 64 bits");
        }
        if (is_array($value)) {
            foreach ($value as $key => $item) {
                self::refuseRounding($item, $asString[$key]);
            }
        }
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
    public static function report($request, $error)
    {
        __BOND_session::$busy = false;
        try {
            __BOND_streams::say(self::describe($request, $error));
        } catch (Throwable $another) {
            $description = ['type' => get_class($error), 'message' => self::text($error->getMessage())];
            __BOND_streams::say("EXCEPT $request " . json_encode($description));
        }
        __BOND_session::$request = __BOND_session::IDLE;
    }

    private static function describe($request, $error)
    {
        $call = isset($error->bondCall) ? $error->bondCall : null;
        $description = ['message' => self::text($error->getMessage()), 'call' => $call];
        if ($error instanceof _BOND_SerializationException) {
            return "ERROR $request " . json_encode($description);
        }
        if (self::$transparent) {
            try {
                $data = $error instanceof _BOND_RemoteException ? $error->data : $error;
                $description['data'] = json_decode(__BOND_values::encode($data, 'exception'));
            } catch (_BOND_SerializationException $failure) {
                return "ERROR $request " . json_encode(['message' => $failure->getMessage()]);
            }
        }
        $type = $error instanceof _BOND_RemoteException && $error->type ? $error->type : get_class($error);
        $description += ['type' => $type, 'traceback' => self::traceback($error)];
        return "EXCEPT $request " . json_encode($description, JSON_PRESERVE_ZERO_FRACTION);
    }

    /** PHP names the place of code by all the evaluations that led to it: those of the driver tell nothing. */
    private static function traceback($error)
    {
        return self::text(preg_replace("/Command line code\(1\)( : eval\(\)'d code\(\d+\)){1,2} : /", '', (string) $error));
    }

    /** The text as UTF-8, whatever is in it. */
    private static function text($text)
    {
        return json_encode($text) === false ? preg_replace('/[\x80-\xff]/', '?', $text) : $text;
    }

    /** What is fatal cannot be caught; where PHP is set not to tell of it, nobody would know why it ended. */
    public static function atExit()
    {
        $error = error_get_last();
        $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_RECOVERABLE_ERROR;
        if ($error && ($error['type'] & $fatal) && !ini_get('display_errors') && !ini_get('log_errors')) {
            file_put_contents('php://stderr', "PHP Fatal error:  {$error['message']} in {$error['file']}:{$error['line']}\n");
        }
    }
}

// ---- Functions of the host ------------------------------------------------------------------------------------------

final class __BOND_host
{
    private static $exported = [];
    private static $lastCall = 0;

    public static function call($name, array $arguments)
    {
        if (getmypid() !== __BOND_streams::$process) {
            throw new RuntimeException("$name is a function of the host: a forked process cannot call it");
        }
        $payload = __BOND_values::encode([$name, $arguments], "arguments of $name");
        $frame = (string) ++self::$lastCall;
        __BOND_streams::say("CALL $frame " . __BOND_session::$request[1] . " $payload");
        list($verb, $payload) = __BOND_session::serve($frame);
        if (__BOND_session::$interrupted) {
            __BOND_session::$interrupted = false;
            throw new _BOND_InterruptException('interrupted by the host');
        }
        $value = __BOND_values::decode($payload);
        if ($verb === 'RETURN') {
            return $value;
        }
        if ($verb === 'ERROR') {
            $error = new _BOND_SerializationException($value['message']);
        } else {
            $error = new _BOND_RemoteException($value['message']);
            $error->data = array_key_exists('data', $value) ? $value['data'] : $value['message'];
            $error->type = isset($value['type']) ? $value['type'] : null;
        }
        $error->bondCall = (int) $frame;
        throw $error;
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
                throw new InvalidArgumentException("cannot export over the existing function $name()");
            }
            $namespace = $parts[1] === '' ? '' : 'namespace ' . substr($parts[1], 0, -1) . '; ';
            $literal = var_export($name, true);
            eval("{$namespace}function $parts[2](...\$arguments) { return \\__BOND_host::call($literal, \$arguments); }");
            self::$exported[$key] = true;
        }
    }
}

// ---- Requests -------------------------------------------------------------------------------------------------------

/** error_reporting(), under the name that python-bond has for it. */
function _BOND_error_reporting($level = null)
{
    return $level === null ? error_reporting() : error_reporting($level);
}

/** Runs __BOND_session::$code as if it were in the global scope, in the middle of a call. */
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
        return eval(__BOND_session::$code);
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

final class __BOND_session
{
    /** Names that cannot be made global, or need not. */
    const NOT_GLOBAL = [
        'this', 'GLOBALS', '_SERVER', '_GET', '_POST', '_FILES', '_COOKIE', '_SESSION', '_REQUEST', '_ENV',
        '__BOND_names', '__BOND_name', '__BOND_before',
    ];
    const IDLE = ['', '0', ''];

    public static $request = self::IDLE;  // what is being carried out: verb, id, payload
    public static $code;                     // code of the request that is to be evaluated
    public static $arguments;
    public static $value;
    public static $locals;
    public static $busy = false;             // user code is running: only then does an interrupt stop anything
    public static $interrupted = false;      // an interrupt came while user code was waiting for the host
    private static $depth = 0;
    private static $lastInterrupt = 0;       // the number of the last one that was noticed
    private static $early = [];              // lines that were read before their time
    private static $aside = [];              // messages that belong to frames further out, by frame

    /** What is to be evaluated for a request, or null if it needs no evaluation. */
    public static function prepare()
    {
        list($verb, , $payload) = self::$request;
        self::$value = null;
        $given = __BOND_values::decode($payload);
        self::$busy = true;
        switch ($verb) {
            case 'EVAL':
                return self::$code = self::statement($given);
            case 'EVAL_BLOCK':
                return self::$code = self::block($given);
            case 'EXPORT':
                __BOND_host::export($given);
                return self::$code = null;
        }
        return self::$code = self::prepareCall($given);
    }

    /** Code for an expression: echo and unset have no value, and cannot be returned. */
    private static function statement($code)
    {
        return preg_match('/^\s*(echo|unset)\b/i', $code) ? "$code\n;" : "return $code\n;";
    }

    /** Code for a block, whose last statement may lack its semicolon; behind a closing tag, it would be output. */
    private static function block($code)
    {
        return preg_match('/[;}]\s*$/D', $code) || strpos($code, '?>') !== false ? $code : "$code\n;";
    }

    private static function prepareCall(array $call)
    {
        list($name, self::$arguments) = $call;
        if (isset($call[2])) {
            foreach ($call[2] as $reference) {
                self::resolve($reference[0], $reference[1]);
            }
        } elseif (function_exists($name)) {
            $arguments = self::$arguments;
            self::$arguments = null;
            self::$value = $name(...$arguments);
            return null;
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
        return '(' . implode(', ', $list) . ')';
    }

    /** Puts what an expression refers to among the arguments; a variable, itself, for functions that change it. */
    private static function resolve(array $path, $expression)
    {
        $place = '\\__BOND_session::$arguments';
        foreach ($path as $step) {
            $place .= '[' . var_export($step, true) . ']';
        }
        $isVariable = preg_match('/^\s*\$(\w+)(\s*->\s*\w+|\[[^\[\]]*\])*\s*$/D', $expression, $variable);
        if ($isVariable && !array_key_exists($variable[1], $GLOBALS)) {
            $GLOBALS[$variable[1]] = null; // a function that is given it may fill it
        }
        self::$code = "$place = " . ($isVariable ? '&' : '') . "$expression\n;";
        __BOND_evaluate();
    }

    /** Answers the request that has been carried out. */
    public static function finish()
    {
        list($verb, $request) = self::$request;
        $value = self::$value;
        self::$value = null;
        $text = $verb === 'EVAL' || $verb === 'CALL' ? __BOND_values::encode($value) : '';
        self::$busy = false;
        __BOND_streams::say("RETURN $request $text");
        self::$request = self::IDLE;
    }

    // ---- Loop -------------------------------------------------------------------------------------------------------

    /** Fetches the next message for a frame. What belongs to another one is set aside until its turn. */
    public static function take($frame)
    {
        if (isset(self::$aside[$frame])) {
            self::$request = array_shift(self::$aside[$frame]);
            if (!self::$aside[$frame]) {
                unset(self::$aside[$frame]);
            }
            return true;
        }
        while (($line = self::nextLine()) !== false && substr($line, -1) === "\n") {
            list($verb, $target, $request, $payload) = explode(' ', $line, 4);
            if ($target === $frame) {
                self::$request = [$verb, $request, $payload];
                return true;
            }
            if ($verb === 'END') {
                break;
            }
            if ($verb !== 'INTERRUPT') {
                self::$aside[$target][] = [$verb, $request, $payload];
            } elseif (self::$depth > 0 && self::isMeant($request, $payload)) {
                self::$interrupted = true;
            }
        }
        exit; // end of input: the host has closed the bond, or is gone
    }

    private static function nextLine()
    {
        return self::$early ? array_shift(self::$early) : fgets(__BOND_streams::$in);
    }

    /** Carries out what the host asks for in a frame, until it answers the call that opened the frame. */
    public static function serve($frame)
    {
        $outer = self::$request;
        $wasBusy = self::$busy;
        self::$busy = false;
        ++self::$depth;
        while (self::take($frame)) {
            list($verb, $request, $payload) = self::$request;
            if ($verb === 'RETURN' || $verb === 'EXCEPT' || $verb === 'ERROR') {
                break;
            }
            $kept = self::$interrupted; // that is for whoever waits in this frame
            self::$interrupted = false;
            try {
                try {
                    if (self::prepare() !== null) {
                        self::$value = __BOND_evaluate();
                    }
                    self::finish();
                } catch (Throwable $error) {
                    __BOND_exceptions::report($request, $error);
                }
            } catch (_BOND_InterruptException $another) {
                __BOND_exceptions::report($request, $another); // one more interrupt, before the first was reported
            }
            unset($error, $another);
            self::$interrupted = self::$interrupted || $kept;
            self::$request = $outer;
        }
        self::$request = $outer;
        self::$busy = $wasBusy;
        --self::$depth;
        return [$verb, $payload];
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
        while (__BOND_streams::hasInput() && ($line = fgets(__BOND_streams::$in)) !== false) {
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
        if ($request !== self::$request[1] || (int) $serial <= self::$lastInterrupt) {
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
        __BOND_exceptions::$transparent = $settings['transExcept'];
        __BOND_streams::open($in);
        if (ini_get('display_errors') && strtolower(ini_get('display_errors')) !== 'off') {
            ini_set('display_errors', 'stderr');
        }
        register_shutdown_function(['__BOND_exceptions', 'atExit']);
        $interrupt = function_exists('pcntl_async_signals');
        if ($interrupt) {
            pcntl_async_signals(true);
            pcntl_signal(SIGURG, ['__BOND_session', 'onNotice']);
            if (isset($settings['pid']) && $settings['pid'] !== getmypid()) {
                $interrupt = __BOND_streams::standBehindRelay();
            }
            pcntl_signal(SIGINT, ['__BOND_session', 'onInterrupt']);
        }
        __BOND_streams::say('READY ' . json_encode([
            'protocol' => in_array('JSON', $settings['protocols'], true) ? 'JSON' : null,
            'version' => PHP_VERSION,
            'pid' => getmypid(),
            'interrupt' => $interrupt ? 'SIGURG' : null,
        ]));
    }
}

__BOND_session::start($__BOND_in);
unset($__BOND_in);
while (__BOND_session::take('0')) {
    try {
        try {
            if (__BOND_session::prepare() !== null) {
                __BOND_session::$value = eval(__BOND_session::$code);
            }
            __BOND_session::finish();
        } catch (Throwable $__BOND_error) {
            __BOND_exceptions::report(__BOND_session::$request[1], $__BOND_error);
        }
    } catch (_BOND_InterruptException $__BOND_error) {
        __BOND_exceptions::report(__BOND_session::$request[1], $__BOND_error);
    }
    unset($__BOND_error);
}
