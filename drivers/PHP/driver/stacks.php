<?php
//: lazy
// What an exception has passed, frame by frame.

final class __BOND_stacks
{
    const MOST_FRAMES = 100; // that are told of, half of them from each end

    /** Has an exception of the host's say where that was called. */
    public static function place($error)
    {
        __BOND_tracebacks::withPatterns(function () use ($error) {
            foreach ($error->getTrace() as $frame) {
                list($file, $line) = self::callerOf($frame);
                if (self::isOfUser($file)) {
                    $error->_BOND_place($file, $line);
                    return;
                }
            }
        });
    }

    /** Where it was thrown, and what had called that: name, file and line of each; or how many are left out. */
    public static function framesOf($error, $isOfHost)
    {
        list($file, $line) = $isOfHost ? ['', 0] : [__BOND_tracebacks::property($error, 'file', ''), __BOND_tracebacks::property($error, 'line', 0)];
        $frames = [];
        foreach ($error->getTrace() as $frame) {
            $class = isset($frame['class']) ? $frame['class'] : '';
            if ($class === '__BOND_frames' && $frame['function'] === 'carryOut') {
                break; // what is further out is another request
            }
            if (self::isOfUser($file)) {
                $frames[] = self::frame(self::nameOf($frame, $class), $file, $line);
            }
            list($file, $line) = self::callerOf($frame);
        }
        if (self::isOfUser($file)) {
            $frames[] = self::frame('{main}', $file, $line);
        }
        $more = count($frames) - self::MOST_FRAMES;
        if ($more > 0) {
            array_splice($frames, self::MOST_FRAMES >> 1, $more, [$more]);
        }
        return $frames;
    }

    /** Where a function was called, if that is known; those of the host are called by one that the driver has evaluated. */
    private static function callerOf(array $frame)
    {
        $isStub = isset($frame['class']) && $frame['class'] === '__BOND_host' && $frame['function'] === 'call';
        return isset($frame['file']) && !$isStub ? [$frame['file'], $frame['line']] : ['', 0];
    }

    private static function isOfUser($file)
    {
        return is_string($file) && $file !== '' && !in_array($file, __BOND_tracebacks::loaders(), true)
            && strncmp($file, __BOND_code::DRIVER, strlen(__BOND_code::DRIVER)) !== 0
            && !preg_match('/^' . __BOND_tracebacks::filesOfDriver() . '$/D', $file);
    }

    /** What a function is called; code that is included or evaluated has no name. */
    private static function nameOf(array $frame, $class)
    {
        if ($class !== '') {
            return strtok($class, "\0") . $frame['type'] . $frame['function'];
        }
        return preg_match('/^(?:include|require)(?:_once)?$|^eval$|^__BOND_evaluate$/D', $frame['function']) ? '{main}' : $frame['function'];
    }

    private static function frame($name, $file, $line)
    {
        return [__BOND_tracebacks::text($name), __BOND_tracebacks::text(__BOND_tracebacks::readable($file)), is_int($line) ? $line : 0];
    }
}
