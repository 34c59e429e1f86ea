# Code in the place of arguments and results, and functions that the host has lent.

# Puts the values of expressions into the places of a list. Their types do not matter in Tcl.
proc put_references {list references} {
    foreach reference $references {
        lassign $reference path code
        set list [put $list $path [plain [value_of $code]]]
    }
    return $list
}

# A path has a letter in front of each part: whether it is an index or a key.
proc put {holder path value} {
    if {$path eq {}} {return $value}
    set key [string range [lindex $path 0] 1 end]
    set rest [lrange $path 1 end]
    if {[string index [lindex $path 0] 0] eq "i"} {
        return [lreplace $holder $key $key [put [lindex $holder $key] $rest $value]]
    }
    dict set holder $key [put [dict get $holder $key] $rest $value]
    return $holder
}

# References as the host writes them: `[[path, code], ...]`, at the end of a payload. Their paths keep what is an index and what a key.
proc read_references {text} {
    variable TOKEN
    set marked {}
    foreach token [regexp -all -inline $TOKEN $text] {
        if {[string index $token 0] eq "\""} {
            set token "\"k[string range $token 1 end]"
        } elseif {[string is digit -strict $token]} {
            set token "\"i$token\""
        }
        append marked $token
    }
    return [lmap reference [decode $marked] {list [lindex $reference 0] [string range [lindex $reference 1] 1 end]}]
}

# The value of code in a reference: an expression, or a function of the driver as the host writes it.
proc value_of {code} {
    if {[regexp {^_BOND_(callback|stream)\((\d+)} $code -> kind number]} {return [lent $kind $number]}
    return [run_expression $code]
}

# A command for what the host has lent. The host may let go of it when the command is deleted.
proc lent {kind number} {
    set name _BOND_$kind$number
    if {[interp eval program [list info commands ::$name]] eq {}} {
        interp alias program $name {} ::_BOND_::[dict get {callback call_lent stream next_item} $kind] $number
        interp eval program [list trace add command $name delete [list _BOND_release $number]]
    }
    return $name
}

proc release {number args} {
    variable released
    variable streams
    unset -nocomplain streams($number)
    lappend released $number
    return
}

# The next item of a stream; `break` at its end.
proc next_item {number} {
    variable streams
    if {![info exists streams($number)]} {set streams($number) {{} 0 1}}
    lassign $streams($number) items is_done count
    if {[llength $items] == 0 && !$is_done} {
        lassign [send_call $number "stream $number" [list [typed int $count]]] items is_done
        set count [expr {min(2 * $count, 256)}]
    }
    set streams($number) [list [lrange $items 1 end] $is_done $count]
    if {[llength $items] == 0} {return -code break}
    return [lindex $items 0]
}

# What a function of the host returns, with values of expressions in it.
proc with_references {payload} {
    lassign [split_payload $payload 1] first rest
    set references [read_references [lindex $rest 0]]
    return [lindex [put_references [decode $first result [paths_of $references]] $references] 0]
}

# The paths of references as `decode` has them.
proc paths_of {references} {
    return [lmap reference $references {lmap key [lindex $reference 0] {string range $key 1 end}}]
}
