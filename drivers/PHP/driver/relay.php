<?php
//: lazy
// Reads in front of the interpreter where no signal of the host reaches it, and sends the signal.

final class __BOND_relay
{
    const NO_SUCH_PROCESS = 3; // ESRCH
    const SEAM = 64;           // bytes that the line in front of a block may have

    /**
     * Where no signal of the host reaches this process, one that does nothing else reads the host's lines in front of it,
     * and sends the signal. When the host is gone, it ends this process, which may be too busy to look.
     */
    public static function stand()
    {
        foreach (['posix_kill', 'posix_get_last_error', 'pcntl_fork', 'pcntl_waitpid', 'stream_socket_pair'] as $needed) {
            if (!function_exists($needed)) {
                return false;
            }
        }
        list($inner, $outer) = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $busyOne = __BOND_stdin::processId();
        $child = pcntl_fork();
        if ($child === 0) {
            if (pcntl_fork() === 0) { // its parent is gone, so that no wait of the program finds it
                fclose($inner);
                self::relay($outer, $busyOne);
            }
            posix_kill(__BOND_stdin::processId(), SIGKILL); // this is not the program that has exit hooks
        }
        pcntl_waitpid($child, $status);
        fclose($outer);
        fclose(__BOND_input::$in);
        __BOND_input::readFrom($inner);
        return true;
    }

    private static function relay($outer, $busyOne)
    {
        array_map('fclose', [STDOUT, STDERR, __BOND_streams::$out]);
        foreach ([SIGINT, SIGALRM, SIGUSR1, SIGUSR2] as $forGroup) { // what is sent to all that belong together
            pcntl_signal($forGroup, SIG_IGN);
        }
        stream_set_blocking($outer, false);
        list($waiting, $seam, $raw, $urgent) = [new SplDoublyLinkedList(), "\n", 0, false];
        while (!self::isGone($busyOne)) {
            if (self::isReady(__BOND_input::$in, $waiting->isEmpty() ? null : $outer)) {
                $chunk = fread(__BOND_input::$in, 65536);
                if ($chunk === '' || $chunk === false) {
                    break;
                }
                $waiting->push($chunk);
                $urgent = self::sift($chunk, $seam, $raw) || $urgent;
            }
            if (!$waiting->isEmpty()) {
                $first = $waiting->shift();
                $rest = (string) substr($first, (int) @fwrite($outer, $first));
                if ($rest !== '') {
                    $waiting->unshift($rest);
                }
            }
            if ($urgent) {
                posix_kill($busyOne, SIGURG);
                $urgent = !$waiting->isEmpty(); // the line may still be among it
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

    /**
     * Whether a line among the bytes that have come interrupts. `$seam` is the end of the text before them, `$raw` how many bytes of a block they
     * begin with: those are no lines, and to look for some takes longer than to pass them on.
     */
    private static function sift($chunk, &$seam, &$raw)
    {
        $interrupts = false;
        for ($place = 0; $place < strlen($chunk);) {
            if ($raw > 0) {
                $skipped = min($raw, strlen($chunk) - $place);
                $raw -= $skipped;
                $place += $skipped;
                continue;
            }
            $text = $seam . substr($chunk, $place);
            $heading = strpos($text, "\nBYTES ");
            $end = $heading === false ? false : strpos($text, "\n", $heading + 1);
            $last = $end === false ? strlen($text) : $end + 1;
            $found = strpos($text, "\nINTERRUPT ", max(0, strlen($seam) - 10));
            $interrupts = $interrupts || ($found !== false && $found < $last);
            $place += $last - strlen($seam);
            $raw = $end === false ? 0 : (int) explode(' ', substr($text, $heading, $last - $heading))[3];
            $seam = $end === false ? substr($text, -self::SEAM) : "\n";
        }
        return $interrupts;
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
}
