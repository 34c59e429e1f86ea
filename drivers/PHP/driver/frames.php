<?php
//: lazy
// Inner frames: carries out what the host asks for while it answers a call.

final class __BOND_frames
{
    const ANSWERS = ['RETURN' => true, 'RETURN_WITH' => true, 'EXCEPT' => true, 'ERROR' => true];

    private static $lastCall = 0; // the number of the last frame that was opened

    /** Opens a frame by a call, and carries out what the host asks for in it, until it answers the call. */
    public static function serve($called, $payload)
    {
        $outer = __BOND_requests::$request;
        $wasBusy = __BOND_requests::$busy;
        $wasHeld = __BOND_signals::$state === __BOND_signals::HELD; // a destructor, say, of what the driver lets go of
        // What the request around it has got ready, or has come to: a signal's handler may call at any moment.
        $code = __BOND_requests::$code;
        $arguments = __BOND_requests::$arguments;
        $named = __BOND_requests::$named;
        $value = __BOND_requests::$value;
        try {
            __BOND_signals::hold();
            __BOND_requests::$busy = false;
            ++__BOND_loop::$depth;
            $frame = (string) ++__BOND_frames::$lastCall;
            // An interrupt that comes from here on has to wait for the answer.
            __BOND_streams::say($payload, "CALL $frame $outer[2] $called");
            while (true) {
                __BOND_loop::$isWaiting = true;
                __BOND_loop::take($frame);
                __BOND_loop::$isWaiting = false;
                if (isset(self::ANSWERS[__BOND_requests::$request[0]])) {
                    return __BOND_requests::$request;
                }
                $kept = __BOND_interrupts::$interrupted;
                __BOND_interrupts::$interrupted = false; // it belongs to the code that waits in this frame
                self::carryOut();
                __BOND_interrupts::$interrupted = __BOND_interrupts::$interrupted || $kept;
                __BOND_requests::$request = $outer;
            }
        } finally {
            if (isset($frame)) {
                --__BOND_loop::$depth;
            }
            __BOND_requests::$request = $outer;
            __BOND_requests::$code = $code;
            __BOND_requests::$arguments = $arguments;
            __BOND_requests::$named = $named;
            __BOND_requests::$value = $value;
            __BOND_loop::$isWaiting = false;
            __BOND_requests::$busy = $wasBusy;
            if (!$wasHeld) {
                __BOND_signals::release();
            }
        }
    }

    private static function carryOut()
    {
        $request = __BOND_requests::$request[2];
        try {
            try {
                if (__BOND_requests::prepare() !== null) {
                    __BOND_code::need('evaluation');
                    __BOND_requests::$value = __BOND_evaluate();
                }
                __BOND_answers::send();
            } catch (Throwable $error) {
                if (__BOND_signals::$state === __BOND_signals::IN_USER_CODE) { // as in the loop of the outermost frame
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
}
