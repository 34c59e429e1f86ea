<?php
// Writes messages to the host, whole: in pieces that nothing comes between, or by a way of their own.

final class __BOND_streams
{
    public static $lastPiece;
    public static $morePieces;
    public static $announcement;
    public static $blockMarks;       // of a block that begins, of a piece of it, and of one that goes by a way of its own
    public static $written = [];     // blocks of bytes that stand beside a text which has not been sent yet, by number
    public static $isSaying = false;
    public static $isEnding = false; // exit hooks run: what is destroyed may still be used by what is left
    public static $released = [];    // numbers of the host's functions that nothing here refers to any more
    public static $out;
    public static $bulk;             // a second way to the host, for long messages
    public static $pieceSize;

    public static function open()
    {
        self::$out = fopen('php://stdout', 'w');
        stream_set_write_buffer(self::$out, 0);
        // Writes up to this size are never mixed with those of another process: PIPE_BUF, or one buffer of a socket of Linux.
        $mode = function_exists('fstat') ? fstat(self::$out)['mode'] : 0;
        self::$pieceSize = PHP_OS === 'Linux' && ($mode & 0170000) === 0140000 ? 32768 : 4096;
    }

    /** Opens the second way to the host, if nothing stands between. */
    public static function openBulk($fd, $inode)
    {
        if (function_exists('stat') && @stat("/proc/self/fd/$fd")['ino'] === $inode) {
            self::$bulk = fopen("php://fd/$fd", 'w');
            stream_set_write_buffer(self::$bulk, 0);
            stream_set_chunk_size(self::$bulk, 1 << 20);
        }
    }

    /**
     * Sends one message to the host. What was printed before it is there already: PHP's command line holds nothing back.
     * Its beginning may be given apart: to copy a long text takes as long as to write it.
     */
    public static function say($message, $head = '')
    {
        if (__BOND_stdin::isFork()) {
            exit; // a fork that has come to the end of what it was to do: the conversation is its parent's
        }
        __BOND_streams::$isSaying = true;
        if (__BOND_streams::$released) {
            self::sayReleased();
        }
        if (__BOND_streams::$written) {
            __BOND_blocks::say($message);
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
        if ($start < 0 && strlen($message) - $start > $room) {
            $end = $start + $room;
            self::write(self::$morePieces . $head . substr($message, 0, $end) . "\n");
            list($head, $start) = ['', $end];
        }
        if ($start >= 0) {
            $start = self::writePieces(self::$morePieces, $message, $start, $room, "\n");
        }
        self::write(self::$lastPiece . $head . ($start > 0 ? substr($message, $start) : $message) . "\n");
    }

    /**
     * Writes data from some place on in pieces of that size, up to what is less; returns where that begins. Linux fills a pipe page by page, and
     * other processes come between pages only: of pieces that are a page each, many can be written at once.
     */
    public static function writePieces($heading, $data, $start, $room, $ending)
    {
        $most = self::$pieceSize === 4096 && PHP_OS === 'Linux' ? 16 : 1;
        while (($count = min($most, (int) ((strlen($data) - $start) / $room))) > 0) {
            $pieces = str_split(substr($data, $start, $count * $room), $room);
            self::write($heading . implode($ending . $heading, $pieces) . $ending);
            $start += $count * $room;
        }
        return $start;
    }

    public static function write($data, $stream = null)
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
            while (__BOND_input::select([], [$stream], 1) === 0) {
                continue;
            }
            return @fwrite($stream, $data);
        });
    }
}
