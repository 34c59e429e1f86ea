# What an interactive session asks Tcl. It runs as a block of its own once a session asks.

# Whether more lines are to come.
proc _BOND_is_unfinished {code args} {
    return [_BOND_boolean [expr {![info complete $code]}]]
}

# What the last word of a line may be going to be: that word, and the names that begin with it.
proc _BOND_complete before {
    regexp {(\$?)([\w:]*)$} $before -> dollar word
    set pattern [string map {\\ \\\\ * \\* ? \\? [ \\[} $word]*
    set found {}
    foreach name [uplevel #0 [list info [expr {$dollar eq {} ? "commands" : "vars"}] $pattern]] {
        if {[regexp {^(?:::)?[A-Za-z_][\w:]*$} $name] && ![string match *_BOND_* $name]} {lappend found $name}
    }
    return [_BOND_as {tuple text {list text}} [list $word [lsort -unique $found]]]
}
