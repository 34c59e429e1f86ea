<?php
// The exceptions of the driver, and how it answers with what user code has thrown.

/** A value cannot cross to the host, or from it. */
class _BOND_SerializationException extends Exception
{
    public $bondCall = null;
}

/** An exported function of the host failed. $data is what it threw, or the text of it. */
class _BOND_RemoteException extends RuntimeException
{
    public $data = null;
    public $type = null;
    public $stack = null; // where it comes from
    public $bondCall = null;

    /** It was thrown where the host was called, and not in the driver. */
    public function _BOND_place($file, $line)
    {
        $this->file = $file;
        $this->line = $line;
    }

    public function __toString(): string
    {
        return parent::__toString() . (is_string($this->stack) ? "\nComes from:\n$this->stack" : '');
    }
}

/** The host has interrupted what was running. */
class _BOND_InterruptException extends RuntimeException
{
}

final class __BOND_exceptions
{
    public static $transparent = false;
    public static $failedLink = []; // where a chain has failed: the index of a link, and if it was an argument, of that, and where in it

    /** Tells the host about an exception: the last thing that may fail, so it does little. */
    public static function report($request, &$error)
    {
        __BOND_signals::hold();
        __BOND_requests::$busy = false;
        __BOND_errors::redirect();
        __BOND_code::need('tracebacks');
        try {
            $message = __BOND_tracebacks::withPatterns(function () use ($request, $error) {
                return __BOND_tracebacks::describe($request, $error);
            });
        } catch (Throwable $another) {
            $message = __BOND_tracebacks::briefly($request, $error);
            self::letGo($another);
        }
        self::letGo($error);
        self::letGo(__BOND_requests::$value);
        self::letGo(__BOND_requests::$arguments);
        self::letGo(__BOND_requests::$named);
        __BOND_streams::say($message);
        __BOND_requests::$request = __BOND_requests::IDLE;
    }

    /** Lets go of a value. What its destructor throws would reach somebody whom it does not concern: it is a warning. */
    public static function letGo(&$value)
    {
        try {
            try {
                $value = null;
            } catch (Throwable $error) {
                __BOND_code::need('tracebacks');
                trigger_error('Uncaught in a destructor: ' . __BOND_tracebacks::summaryOf($error), E_USER_WARNING);
            }
        } catch (Throwable $ofHandler) {
        }
    }
}
