# Code in the place of arguments and results, and functions that the host has lent.

# Puts the values of expressions into the places of a list. Their types do not matter in Tcl, except to the driver.
proc put_references {list references {keeps_types 0}} {
    foreach reference $references {
        lassign $reference path kind code
        set value [value_of $kind $code]
        if {!$keeps_types} {set value [plain $value]}
        set list [put $list $path $value]
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

# References as the host writes them: `[[path, code], ...]`. Each is a path, which keeps what is an index and what a key, and code or
# the text of a chain.
proc read_references {text} {
    return [lmap reference [items_of $text] {
        lassign [items_of $reference] path code
        set path [lmap key [items_of $path] {
            if {[string index $key 0] eq "\""} {string cat k [decode $key]} else {string cat i $key}
        }]
        if {[string index $code 0] eq "\""} {list $path code [decode $code]} else {list $path chain $code}
    }]
}

# The value of a reference: a chain, a function of the driver as the host writes it, or an expression.
proc value_of {kind code} {
    if {$kind eq "chain"} {return [follow {*}[items_of $code]]}
    if {[regexp {^_BOND_(callback|stream)\((\d+)(, *1)?} $code -> kind number is_holding]} {
        return [lent $kind $number [expr {$is_holding ne {}}]]
    }
    if {[regexp {^_BOND_live\((\d+), *'(\w*)', *'.*', *(\d+)\)$} $code -> number flags identity]} {
        return [live_object $number $flags $identity]
    }
    if {[regexp {^_BOND_raise\(_BOND_held\((\d+)\)\)$} $code -> number]} {return [throw_again [held_value $number]]}
    return [run_expression $code]
}

# Throws what was thrown here, since a function of the host has not caught it.
proc throw_again {thrown} {
    return -options [dict replace [dict remove $thrown message -bond_link] -code 1 -level 2] [dict get $thrown message]
}

# A command for what the host has lent. The host may let go of it when the command is deleted.
proc lent {kind number is_holding} {
    set name _BOND_$kind$number
    if {[interp eval program [list info commands ::$name]] eq {}} {
        interp alias program $name {} ::_BOND_::[dict get {callback call_lent stream next_item} $kind] $number $is_holding
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
proc next_item {number is_holding} {
    variable streams
    if {![info exists streams($number)]} {set streams($number) {{} 0 1}}
    lassign $streams($number) items is_done count
    if {[llength $items] == 0 && !$is_done} {
        lassign [send_call $number "stream $number" [list [typed int $count]] 0] items is_done
        set count [expr {min(2 * $count, 256)}]
    }
    set streams($number) [list [lrange $items 1 end] $is_done $count]
    if {[llength $items] == 0} {return -code break}
    return [lindex $items 0]
}

# What a function of the host returns, with values of expressions in it.
proc with_references {payload} {
    lassign [items_of $payload] first references
    set references [read_references $references]
    return [lindex [put_references [decode $first result [paths_of $references]] $references] 0]
}

# The paths of references as `decode` has them.
proc paths_of {references} {
    return [lmap reference $references {lmap key [lindex $reference 0] {string range $key 1 end}}]
}
