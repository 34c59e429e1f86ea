<?php
//: lazy
// Evaluates code of a request in the middle of a call, as if it were in the global scope. It holds signals as the loop of the
// outermost frame does.

function __BOND_evaluate()
{
    __BOND_requests::find('/\$\{?([a-zA-Z_\x80-\xff][\w\x80-\xff]*)/', __BOND_requests::$code, $__BOND_names, 'preg_match_all');
    $__BOND_names = array_diff(array_unique($__BOND_names[1]), __BOND_requests::NOT_GLOBAL);
    $__BOND_before = [];
    foreach ($__BOND_names as $__BOND_name) {
        $__BOND_before[$__BOND_name] = array_key_exists($__BOND_name, $GLOBALS);
        global $$__BOND_name;
    }
    unset($__BOND_names, $__BOND_name);
    try {
        if (__BOND_code::$address) {
            return include __BOND_code::$address;
        }
        __BOND_signals::release();
        return eval(__BOND_requests::$code);
    } finally {
        if (__BOND_signals::$state === __BOND_signals::IN_USER_CODE) {
            __BOND_signals::$state = __BOND_signals::LEAVING;
            if (!pcntl_async_signals(false)) {
                __BOND_signals::$areAsync = false;
            }
        }
        try {
            __BOND_signals::hold();
        } finally {
            __BOND_requests::$locals = get_defined_vars();
            foreach ($__BOND_before as $__BOND_name => $__BOND_existed) {
                $__BOND_left = array_key_exists($__BOND_name, __BOND_requests::$locals);
                if (!$__BOND_left || (!$__BOND_existed && __BOND_requests::$locals[$__BOND_name] === null)) {
                    unset($GLOBALS[$__BOND_name]);
                } else {
                    $GLOBALS[$__BOND_name] = &$$__BOND_name;
                }
            }
            $__BOND_before['__BOND_before'] = true;
            foreach (array_diff_key(__BOND_requests::$locals, $__BOND_before) as $__BOND_name => $__BOND_value) {
                $GLOBALS[$__BOND_name] = $__BOND_value;
            }
            __BOND_requests::$locals = null;
        }
    }
}
