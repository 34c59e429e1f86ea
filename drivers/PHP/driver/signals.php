<?php
// Holds signals while the driver works, so that their handlers run in user code only.

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
        $needed = ['pcntl_async_signals', 'pcntl_signal_dispatch', 'pcntl_signal'];
        if (count(array_filter($needed, 'function_exists')) === count($needed)) { // disable_functions may name any of them
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
