<?php
// Begins the conversation, and carries out requests of the outermost frame, in the real global scope.

final class __BOND_start
{
    public static function start($in)
    {
        $settings = json_decode(explode(' ', fgets($in), 2)[1], true);
        __BOND_streams::$lastPiece = $settings['mark'] . ' ';
        __BOND_streams::$morePieces = $settings['mark'] . '+';
        __BOND_streams::$announcement = $settings['mark'] . '=';
        __BOND_streams::$blockMarks = [$settings['mark'] . '*', $settings['mark'] . '#', $settings['mark'] . '@'];
        __BOND_exceptions::$transparent = $settings['transExcept'];
        $protocols = array_values(array_intersect($settings['protocols'], ['EJSON', 'JSON']));
        $protocol = $protocols ? $protocols[0] : null;
        __BOND_json::$isExtended = $protocol === 'EJSON';
        __BOND_json::$takesBlocks = !empty($settings['bytes']);
        __BOND_requests::$takesParts = !empty($settings['parts']);
        __BOND_input::readFrom($in);
        __BOND_streams::open();
        __BOND_stdin::protect();
        if (isset($settings['bulk'], $settings['pid']) && $settings['pid'] === __BOND_stdin::processId()) {
            __BOND_streams::openBulk(...$settings['bulk']);
        }
        __BOND_errors::$hasSettings = function_exists('ini_get') && function_exists('ini_set');
        __BOND_errors::direct();
        $interrupt = __BOND_signals::start();
        if ($interrupt) {
            pcntl_signal(SIGURG, ['__BOND_interrupts', 'onNotice']);
            if (isset($settings['pid']) && $settings['pid'] !== __BOND_stdin::processId()) {
                __BOND_code::need('relay');
                $interrupt = __BOND_relay::stand();
            }
            pcntl_signal(SIGINT, ['__BOND_interrupts', 'onInterrupt']);
        }
        __BOND_streams::say('READY ' . json_encode([
            'protocol' => $protocol,
            'version' => PHP_VERSION,
            'pid' => __BOND_stdin::processId(),
            'interrupt' => $interrupt ? 'SIGURG' : null,
        ]));
    }
}

__BOND_start::start($__BOND_in);
unset($__BOND_in, $__BOND_files, $__BOND_name);

// What evaluates code of the user holds signals as hold() does, but without a call: where a function begins, a handler might
// throw. If one does in the last moment, the outer `catch` reports that, and by then signals are held.
while (__BOND_loop::take('0')) {
    try {
        try {
            if (__BOND_requests::prepare() !== null) {
                if (__BOND_code::$address) {
                    __BOND_requests::$value = include __BOND_code::$address;
                } else {
                    __BOND_signals::release();
                    __BOND_requests::$value = eval(__BOND_requests::$code);
                }
            }
            __BOND_answers::send();
        } catch (Throwable $__BOND_error) {
            if (__BOND_signals::$state === __BOND_signals::IN_USER_CODE) {
                __BOND_signals::$state = __BOND_signals::LEAVING;
                if (!pcntl_async_signals(false)) {
                    __BOND_signals::$areAsync = false;
                }
            }
            __BOND_exceptions::report(__BOND_requests::$request[2], $__BOND_error);
        }
    } catch (Throwable $__BOND_another) {
        __BOND_exceptions::report(__BOND_requests::$request[2], $__BOND_another);
        __BOND_exceptions::letGo($__BOND_error);
    }
    unset($__BOND_error, $__BOND_another);
}
