<?php
// Prints mails in HTML as text, as Roundcube does for those who read no HTML.

require (getenv('ROUNDCUBE') ?: '/usr/share/roundcube') . '/program/lib/Roundcube/bootstrap.php';

function show($file)
{
    $html = file_get_contents($file);
    $title = preg_match('/<title>(.*)<\/title>/', $html, $found) ? $found[1] : basename($file);
    echo abbreviate_string($title, 30), "\n\n";
    echo (new rcube_html2text($html, false, rcube_html2text::LINKS_INLINE, 60))->get_text(), "\n\n";
}

array_map('show', array_slice($argv, 1));
