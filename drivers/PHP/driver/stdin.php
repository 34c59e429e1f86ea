<?php
// Keeps user code from standard input, and tells a fork, which has no part in the conversation, from its parent.

final class __BOND_stdin
{
    private static $process;
    private static $unforked; // memory that begins with another byte than 0 in this process alone
    private static $null;

    /** Puts /dev/null in the place of fd 0, so that nobody but the driver ever reads what the host sends. */
    public static function protect()
    {
        self::$process = self::processId();
        try {
            $c = FFI::cdef('int open(const char *, int); int dup2(int, int); int close(int);'
                . 'void *mmap(void *, size_t, int, int, int, long); int madvise(void *, size_t, int);');
            $null = $c->open('/dev/null', 0);
            $c->dup2($null, 0);
            $c->close($null);
            self::markProcess($c);
        } catch (Throwable $noForeignFunctions) {
            // The next file to be opened gets fd 0; but the constant STDIN is a closed stream from here on.
            fclose(STDIN);
            self::$null = fopen(DIRECTORY_SEPARATOR === '/' ? '/dev/null' : 'NUL', 'r');
        }
    }

    /** Linux empties a page in every fork if it is asked to: to look there is no system call, as to ask for the process is. */
    private static function markProcess($c)
    {
        if (PHP_OS !== 'Linux' || PHP_INT_SIZE !== 8) {
            return;
        }
        $page = $c->mmap(null, 4096, 3, 0x22, -1, 0); // readable and writable; private and anonymous
        if ($c->madvise($page, 4096, 18) === 0) { // MADV_WIPEONFORK
            self::$unforked = FFI::cast('char *', $page);
            self::$unforked[0] = "\1";
        }
    }

    /** The number of this process. Where that may not be asked for, as some hosts have it, Linux knows another way. */
    public static function processId()
    {
        return function_exists('getmypid') ? getmypid() : (int) @readlink('/proc/self');
    }

    /** Whether this is a fork: the conversation is its parent's. */
    public static function isFork()
    {
        return __BOND_stdin::$unforked ? __BOND_stdin::$unforked[0] === "\0" : self::processId() !== __BOND_stdin::$process;
    }
}
