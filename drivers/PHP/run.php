// Runs a file as the interpreter itself would, for `bond run`.

/** The block that runs the file at a path; or, where the file is elsewhere, its text. */
function _BOND_run_file($path, $text, array $arguments)
{
    $GLOBALS['argv'] = $_SERVER['argv'] = array_merge([$path], $arguments);
    $GLOBALS['argc'] = $_SERVER['argc'] = count($_SERVER['argv']);
    foreach (['PHP_SELF', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_TRANSLATED'] as $name) {
        $_SERVER[$name] = $path;
    }
    if ($text === null && PHP_VERSION_ID >= 70400) { // before that, what is required begins with its line for the shell
        return 'require ' . var_export(realpath($path), true) . ';';
    }
    return '?>' . preg_replace('/^#!.*/', '', $text === null ? file_get_contents($path) : $text);
}
