<?php
// A program as it has run for years: `php examples/invoice.php 20 30`. The tour replaces one function of it.

if (!function_exists('with_tax')) {
    function with_tax($net)
    {
        return $net * 1.19;
    }
}

function main($argv)
{
    foreach (array_slice($argv, 1) as $net) {
        printf("%8.2f net, %8.2f with tax\n", $net, with_tax((float) $net));
    }
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    main($argv);
}
