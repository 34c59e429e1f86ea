<?php
// The limit of bytes: a line with their number, all of them read, and all of them written.

while (($line = fgets(STDIN)) !== false) {
    fwrite(STDOUT, stream_get_contents(STDIN, (int) $line));
}
