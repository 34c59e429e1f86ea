<?php
// The limit: one line a call, one line an answer, and nothing else.

function add($a, $b)
{
    return $a + $b;
}

function same($value)
{
    return $value;
}

while (($line = fgets(STDIN)) !== false) {
    [$name, $args] = json_decode($line, true);
    fwrite(STDOUT, json_encode($name(...$args)) . "\n");
}
