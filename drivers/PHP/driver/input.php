<?php
// Reads what the host sends, whatever signals interrupt it.

final class __BOND_input
{
    public static $in;

    public static function readFrom($in)
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
    public static function select(array $readable, array $writable, $seconds)
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
        $line = fgets(__BOND_input::$in, 2048);
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
    public static function isAtEnd()
    {
        return feof(self::$in) || self::select([self::$in], [], 1) === false && __BOND_signals::without(function () {
            return self::select([self::$in], [], 0) === false;
        });
    }
}
