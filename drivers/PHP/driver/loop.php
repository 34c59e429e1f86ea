<?php
// Takes messages, each in the frame that it belongs to, and sets others aside until their turn.

final class __BOND_loop
{
    const LONG = 65536;

    public static $isWaiting = false; // in the middle of a call, for the host's next word
    public static $depth = 0;
    public static $early = [];        // lines that were read before their time
    private static $aside = [];       // messages that belong to frames further out, by frame

    /** Fetches the next message for a frame. What belongs to another one is set aside until its turn. */
    public static function take($frame)
    {
        while (!isset(__BOND_loop::$aside[$frame])) {
            $line = __BOND_loop::$early ? array_shift(__BOND_loop::$early) : __BOND_input::nextLine();
            if ($line === false) {
                self::leave();
            }
            $request = isset($line[self::LONG]) ? self::splitLong($line) : explode(' ', $line, 4);
            if ($request[0] === 'PART') {
                __BOND_code::need('chunks');
                __BOND_chunks::keep($request[2], $request[3]);
                continue;
            }
            if ($request[1] === $frame) {
                __BOND_requests::$request = $request;
                return true;
            }
            self::setAside($request);
        }
        __BOND_requests::$request = array_shift(__BOND_loop::$aside[$frame]);
        if (!__BOND_loop::$aside[$frame]) {
            unset(__BOND_loop::$aside[$frame]);
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

    /** Whether messages wait for another frame. */
    public static function hasAside()
    {
        return (bool) self::$aside;
    }

    /** Keeps what belongs to another frame, or to none. */
    private static function setAside(array $message)
    {
        list($verb, $frame, $request, $payload) = $message;
        if ($verb === 'END') {
            self::leave();
        } elseif ($verb === 'RELEASE') {
            __BOND_code::need('references');
            __BOND_held::release((int) $request);
        } elseif ($verb === 'BYTES') {
            __BOND_code::need('blocks');
            __BOND_blocks::read("$verb $frame $request $payload");
        } elseif ($verb !== 'INTERRUPT') {
            __BOND_loop::$aside[$frame][] = $message;
        } elseif (__BOND_loop::$depth > 0 && __BOND_interrupts::isMeant($request, $payload)) {
            __BOND_interrupts::$interrupted = true;
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
}
