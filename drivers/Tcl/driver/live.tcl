# Objects of the host as commands here: what is done with one is asked of the host, which checks what may be touched.

variable live_numbers ;# by the name of a command, the number under which the host has lent the object
variable has_live 0    ;# whether it has lent any

# The command of an object: the same as long as it exists, whatever number the object is lent by.
proc live_object {number flags identity} {
    variable live_numbers
    variable released
    set name _BOND_live$identity
    if {[info exists live_numbers($name)]} {
        lappend released $number
        return $name
    }
    set live_numbers($name) $number
    variable has_live 1
    set is_holding [expr {[string first h $flags] >= 0}]
    interp alias program $name {} ::_BOND_::ask_live $number $is_holding [expr {[string first c $flags] >= 0}]
    interp eval program [list trace add command $name delete [list _BOND_release_live $name $number]]
    return $name
}

proc release_live {name number args} {
    variable live_numbers
    unset -nocomplain live_numbers($name)
    return [release $number]
}

# A method or a property, which is set if there is an argument; or one of the words that begin with `-`.
proc ask_live {number is_holding is_function args} {
    if {$is_function} {return [tell_live $number $is_holding call {} $args]}
    if {[llength $args] == 0} {return -code error "wrong # args: should be \"object name ?argument ...?\""}
    set given [lassign $args name]
    switch -exact -- $name {
        -item {return [found [tell_live $number $is_holding item [lindex $given 0] {}]]}
        -set {return [tell_live $number $is_holding setItem [lindex $given 0] [list [lindex $given 1]]]}
        -length {return [tell_live $number $is_holding length {} {}]}
        -keys {return [tell_live $number $is_holding keys {} {}]}
        -items {return [tell_live $number $is_holding iterate {} {}]}
    }
    return [tell_live $number $is_holding access $name $given]
}

proc found {list} {
    if {[llength $list] == 0} {return -code error "there is no such item"}
    return [lindex $list 0]
}

proc tell_live {number is_holding what name given} {
    return [send_call $number "object $number" [list $what $name [typed list $given]] $is_holding]
}
