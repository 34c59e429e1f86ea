<?php
// Leads errors and warnings to standard error, or where the user wants them, and tells of an end that nothing can catch.

final class __BOND_errors
{
    public static $hasSettings = false;   // ini_get and ini_set can be called: disable_functions may name them
    public static $display;               // what display_errors was when the driver last looked
    public static $hasStoppedLog = false; // the log would go to stderr, where errors go that are displayed
    private static $hasHooks = false;     // there is a hook at exit, which tells what was fatal

    /** Errors and warnings go to stderr, once, if `display_errors` says so, and to the log that the user has named. */
    public static function direct()
    {
        self::$hasHooks = function_exists('register_shutdown_function');
        if (self::$hasHooks) {
            register_shutdown_function(['__BOND_errors', 'atExit']);
        }
        if (self::$hasHooks && self::$hasSettings && ini_get('log_errors') && !ini_get('error_log')) {
            self::$hasStoppedLog = true;
            ini_set('log_errors', '0');
        }
        self::redirect();
    }

    /**
     * The user may have changed where they go. It is looked at after each request: a handler of errors would notice sooner, but
     * set_error_handler() would return it to code that asks whether there is one.
     */
    public static function redirect()
    {
        if (!self::$hasSettings) {
            return;
        }
        if (self::isOn(ini_get('display_errors'))) {
            ini_set('display_errors', 'stderr');
        }
        self::$display = ini_get('display_errors');
        if (self::$hasStoppedLog && ini_get('error_log')) {
            self::$hasStoppedLog = false;
            ini_set('log_errors', '1');
        } elseif (self::$hasHooks && self::$display === 'stderr' && ini_get('log_errors') && !ini_get('error_log')) {
            self::$hasStoppedLog = true;
            ini_set('log_errors', '0');
        }
    }

    /** Whether PHP would write errors among the program's output. */
    private static function isOn($display)
    {
        return in_array(strtolower($display), ['1', 'on', 'yes', 'true', 'stdout'], true);
    }

    /** An exit hook: the others, destructors and handlers of sessions may still call what the host has lent. */
    public static function atExit()
    {
        __BOND_streams::$isEnding = true;
        self::tellFatal();
        if (self::$hasStoppedLog && self::$display !== 'stderr') {
            ini_set('log_errors', '1'); // or nobody would hear of what the other hooks throw
        }
        // Behind the hooks of the user: otherwise PHP would do it when the objects of the handler are destroyed.
        register_shutdown_function(function () {
            register_shutdown_function(function () {
                if (function_exists('session_status') && session_status() === PHP_SESSION_ACTIVE) {
                    session_write_close();
                }
            });
        });
    }

    /** What is fatal cannot be caught; where PHP is set not to tell of it, nobody would know why it ended. */
    private static function tellFatal()
    {
        $error = error_get_last();
        $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_RECOVERABLE_ERROR;
        if (!$error || !($error['type'] & $fatal) || !self::$hasSettings) {
            return;
        }
        $text = "PHP Fatal error:  {$error['message']} in {$error['file']} on line {$error['line']}";
        if (self::$hasStoppedLog && ini_get('error_log')) {
            error_log($text);
        }
        if (strtolower(ini_get('display_errors')) !== 'stderr' && (!ini_get('log_errors') || ini_get('error_log'))) {
            file_put_contents('php://stderr', "$text\n");
        }
    }
}

/** error_reporting(), under the name that python-bond has for it. */
function _BOND_error_reporting($level = null)
{
    return $level === null ? error_reporting() : error_reporting($level);
}
