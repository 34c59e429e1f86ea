<?php
// Makes HTML of a Markdown file, with the class Parsedown of Debian's `php-parsedown`. examples/migrate-php-class.ts runs it.

require 'Parsedown/autoload.php';

$parsedown = new Parsedown();
echo $parsedown->text(file_get_contents($argv[1])), "\n";
