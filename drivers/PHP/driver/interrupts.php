<?php
// Stops what is running when the host says so, or somebody at a terminal.

final class __BOND_interrupts
{
    public static $interrupted = false; // an interrupt came while user code was waiting for the host
    private static $last = 0;           // the number of the last one that was noticed

    /** Somebody at a terminal, say, has interrupted this process. */
    public static function onInterrupt()
    {
        if (__BOND_requests::$busy && !__BOND_streams::$isSaying) {
            throw new _BOND_InterruptException('interrupted by the host');
        }
        self::$interrupted = __BOND_requests::$busy || __BOND_loop::$depth > 0; // user code will hear of it when it goes on
    }

    /** The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one. */
    public static function onNotice()
    {
        if (!__BOND_requests::$busy || __BOND_streams::$isSaying) {
            return;
        }
        while (__BOND_input::hasInput() && ($line = __BOND_input::nextLine()) !== false) {
            if (strncmp($line, 'BYTES ', 6) === 0) {
                __BOND_code::need('blocks');
                __BOND_blocks::read($line);
            } else {
                __BOND_loop::$early[] = $line;
            }
        }
        foreach (preg_grep('/^INTERRUPT /', __BOND_loop::$early) as $index => $line) {
            unset(__BOND_loop::$early[$index]);
            list(, , $request, $serial) = explode(' ', $line);
            if (self::isMeant($request, $serial)) {
                throw new _BOND_InterruptException('interrupted by the host');
            }
        }
    }

    /** Whether an interrupt is for what is being carried out, and new. Then the host is told that it has been noticed. */
    public static function isMeant($request, $serial)
    {
        if ($request !== __BOND_requests::$request[2] || (int) $serial <= self::$last) {
            return false;
        }
        self::$last = (int) $serial;
        __BOND_streams::say('INTERRUPTED ' . self::$last);
        return true;
    }
}
