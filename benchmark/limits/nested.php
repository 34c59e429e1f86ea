<?php
// The limit of calls within calls: either side calls the other while it waits for an answer.

function say(...$message)
{
    fwrite(STDOUT, json_encode($message) . "\n");
}

function call($name, ...$args)
{
    say('call', $name, $args);
    return listen();
}

function listen()
{
    while (($line = fgets(STDIN)) !== false) {
        $message = json_decode($line, true);
        if ($message[0] === 'return') {
            return $message[1];
        }
        [, $name, $args] = $message;
        say('return', $name(...$args));
    }
}

function down($n)
{
    return $n === 0 ? 0 : 1 + call('up', $n - 1);
}

listen();
