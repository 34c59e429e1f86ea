# Runs a file as tclsh itself would, for `bond run`.

# Runs the file at a path; or, where the file is elsewhere, its text.
proc _BOND_run_file {path text arguments} {
    set ::argv0 $path
    set ::argv $arguments
    set ::argc [llength $arguments]
    if {$text eq {}} {uplevel #0 [list source $path]} else {uplevel #0 $text}
    return [_BOND_null]
}
