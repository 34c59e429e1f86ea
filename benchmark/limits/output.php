<?php
// The limit of output: nothing else goes over the pipe.

while (($line = fgets(STDIN)) !== false) {
    for ($i = 0; $i < (int) $line; $i++) {
        echo str_repeat('x', 999), "\n";
    }
}
