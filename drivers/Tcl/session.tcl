# Runs and shows what is typed in a session of the command `bond`. It is sent when a session begins.

# Runs what was typed. Its result is kept for `_BOND_show`.
proc _BOND_run code {
    set ::_BOND_shown {}
    set ::_BOND_shown [_BOND_plain [uplevel #0 $code]]
    return [_BOND_null]
}

# The result as text, as tclsh shows it, and how much of it is left out.
proc _BOND_show {width most_text args} {
    set text $::_BOND_shown
    unset ::_BOND_shown
    if {$text eq {}} {return [_BOND_null]}
    set left [expr {max([string length $text] - $most_text, 0)}]
    return [_BOND_as {tuple text text int} [list text [string range $text 0 [expr {$most_text - 1}]] $left]]
}
