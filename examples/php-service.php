<?php
// Makes pages for php-service.ts. PHP 8.1 with pcntl and posix.

require __DIR__ . '/php-service-http.php';

/**
 * A page is made by a process of its own, which is forked from the interpreter. So it starts clean, and may call exit(),
 * use up its memory, or define what another page defines as well.
 */
final class Page
{
    /** Runs a page where its variables are global. Its value is never used, because the process ends here. */
    const RUN = 'try { require $_SERVER["SCRIPT_FILENAME"]; } catch (Throwable $error) { Page::fail($error); } exit;';

    /** 'Name: value' of each header. */
    public static array $headers = [];
    private static string $output = '';
    private static bool $isOver = false;
    private static $parent;
    /** [status, headers] of the last page, in the interpreter that waited for it. */
    private static array $head;

    /** Returns true in the new process that is to make the page; later, in the interpreter, false. */
    public static function fork(array $request): bool
    {
        [$mine, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $child = pcntl_fork();
        if ($child === 0) {
            fclose($mine);
            self::prepare($request, $theirs);
            return true;
        }
        fclose($theirs);
        try {
            for ($head = ''; !feof($mine);) {
                [$ready, $none] = [[$mine], []];
                // An interrupt ends this wait, and is thrown. fread and pcntl_waitpid would go on waiting.
                if (@stream_select($ready, $none, $none, null)) $head .= fread($mine, 65536);
            }
        } catch (Throwable $interrupt) {
            posix_kill($child, SIGKILL);
            throw $interrupt;
        } finally {
            pcntl_waitpid($child, $status);
        }
        self::$head = json_decode($head) ?? [500, []]; // a process that was killed says nothing
        return false;
    }

    public static function head(): array
    {
        return self::$head;
    }

    private static function prepare(array $request, $parent): void
    {
        self::$parent = $parent;
        // One function registers another, which is called after those that the page registers.
        register_shutdown_function(fn() => register_shutdown_function([self::class, 'end']));
        ob_start([self::class, 'collect']);
        $_SERVER = $request['server'] + ['REQUEST_TIME' => time(), 'REQUEST_TIME_FLOAT' => microtime(true)];
        parse_str($_SERVER['QUERY_STRING'], $_GET);
        parse_str(strtr($_SERVER['HTTP_COOKIE'] ?? '', ['&' => '%26', '+' => '%2B', '; ' => '&']), $_COOKIE);
        if (str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'application/x-www-form-urlencoded')) {
            parse_str($request['body'], $_POST);
        }
        $_REQUEST = $_POST + $_GET;
        if ($request['body'] !== '') PhpStreams::serve($request['body']);
        chdir(dirname($_SERVER['SCRIPT_FILENAME']));
    }

    /** What PHP does with an exception that nothing catches. */
    public static function fail(Throwable $error): void
    {
        $handler = set_exception_handler(null);
        if ($handler) {
            $handler($error);
        } else {
            http_response_code(500);
            error_log("PHP Fatal error:  Uncaught $error");
        }
    }

    /** Before objects are destroyed, which may still print. */
    public static function end(): void
    {
        self::$isOver = true;
        if (!ob_get_level()) ob_start([self::class, 'collect']); // the page has ended the one that there was
    }

    /** Holds back all output: once something is printed, PHP starts no session. */
    public static function collect(string $chunk, int $phase): string
    {
        if (!($phase & PHP_OUTPUT_HANDLER_CLEAN)) self::$output .= $chunk;
        if (!($phase & PHP_OUTPUT_HANDLER_FINAL)) return '';
        if (!self::$isOver) return self::$output;
        self::finish();
    }

    /** Sends the page, and ends without the rest of PHP's shutdown, most of which frees memory: it takes longer than a fork. */
    private static function finish(): never
    {
        $options = session_get_cookie_params();
        if (session_id() && session_id() !== ($_COOKIE[session_name()] ?? null)) { // the command line does not send it
            $options['expires'] = $options['lifetime'] ? time() + $options['lifetime'] : 0;
            setcookie(session_name(), session_id(), array_diff_key($options, ['lifetime' => 0]));
        }
        session_write_close();
        $isFatal = (error_get_last()['type'] ?? 0) & (E_ERROR | E_COMPILE_ERROR | E_RECOVERABLE_ERROR);
        $status = $isFatal ? 500 : (http_response_code() ?: 200);
        fwrite(STDOUT, self::$output);
        fwrite(self::$parent, json_encode([$status, self::$headers], JSON_INVALID_UTF8_SUBSTITUTE));
        posix_kill(getmypid(), SIGKILL);
    }
}
