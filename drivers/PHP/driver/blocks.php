<?php
//: lazy
// Many bytes, which cross beside the text that names them: in blocks.

final class __BOND_blocks
{
    const LONG = 512;         // shorter ones stand in the text
    const SMALL = 32768;      // what is shorter is joined with what is beside it

    private static $arrived = []; // those that have been read, by number, until what names them is
    private static $named = [];   // their numbers
    private static $last = 0;     // the number of the last one that was begun for the host

    /** Reads the block whose heading is a line of the host. */
    public static function read($line)
    {
        if (__BOND_loop::$depth === 0 && !__BOND_loop::$early && !__BOND_loop::hasAside()) {
            self::$arrived = []; // of messages that nobody has read
        }
        list(, , $number, $length) = explode(' ', $line);
        self::$arrived[(int) $number] = self::bytes((int) $length);
    }

    /** So many bytes, whatever they are. */
    private static function bytes($count)
    {
        $bytes = '';
        stream_set_read_buffer(__BOND_input::$in, 0); // what is in the buffer comes first
        while (($missing = $count - strlen($bytes)) > 0) {
            $portion = stream_get_contents(__BOND_input::$in, $missing);
            if (($portion === false || $portion === '') && __BOND_input::isAtEnd()) {
                exit; // the host is gone
            }
            $bytes = $bytes === '' ? $portion : $bytes . $portion;
        }
        stream_set_read_buffer(__BOND_input::$in, 8192);
        return $bytes;
    }

    /** Bytes that a word names. */
    public static function bytesAt(array $place)
    {
        list($number, $start, $length) = $place;
        self::$named[] = $number;
        if (!isset(self::$arrived[$number]) || $start + $length > strlen(self::$arrived[$number])) {
            __BOND_values::refuse(__BOND_json::RECEIVED, "block $number has no $length bytes at $start");
        }
        return (string) substr(self::$arrived[$number], $start, $length);
    }

    /** What names them has been read. */
    public static function forgetNamed()
    {
        foreach (self::$named as $number) {
            unset(self::$arrived[$number]);
        }
        self::$named = [];
    }

    /** What has been put beside another text is not for the next one. */
    public static function next()
    {
        ++self::$last;
    }

    /** The place of bytes that are sent beside the text. */
    public static function beside($bytes)
    {
        $number = self::$last;
        if (!isset(__BOND_streams::$written[$number])) {
            __BOND_streams::$written[$number] = [0, []];
        }
        list($start) = __BOND_streams::$written[$number];
        __BOND_streams::$written[$number][0] += strlen($bytes);
        __BOND_streams::$written[$number][1][] = $bytes;
        return [$number, $start, strlen($bytes)];
    }

    /** Sends the bytes that a message names. */
    public static function say($message)
    {
        foreach (__BOND_streams::$written as $number => list($size, $parts)) {
            if (strpos($message, "\"\$binary\":{\"block\":[$number,") !== false) {
                unset(__BOND_streams::$written[$number]);
                self::send("$number $size\n", self::joined($parts));
            }
        }
    }

    /** Sends a block of bytes, of which the parts are given. */
    private static function send($heading, $parts)
    {
        list($begin, $piece, $announcement) = __BOND_streams::$blockMarks;
        __BOND_streams::write((__BOND_streams::$bulk ? $announcement : $begin) . $heading);
        $room = __BOND_streams::$pieceSize - strlen($piece) - 1;
        $room -= strlen($room);
        foreach ($parts as $part) {
            if (__BOND_streams::$bulk) {
                __BOND_streams::write($part, __BOND_streams::$bulk);
                continue;
            }
            $start = __BOND_streams::writePieces("$piece$room\n", $part, 0, $room, '');
            if ($start < strlen($part)) {
                __BOND_streams::write($piece . (strlen($part) - $start) . "\n" . substr($part, $start));
            }
        }
    }

    /** The same bytes, in parts that are not short. */
    private static function joined(array $parts)
    {
        $short = '';
        foreach ($parts as $part) {
            if (strlen($part) < self::SMALL) {
                $short .= $part;
            }
            if ($short !== '' && (strlen($short) >= self::SMALL || strlen($part) >= self::SMALL)) {
                yield $short;
                $short = '';
            }
            if (strlen($part) >= self::SMALL) {
                yield $part;
            }
        }
        if ($short !== '') {
            yield $short;
        }
    }
}
