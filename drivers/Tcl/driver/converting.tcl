# Converts objects by their class before they cross.

variable converts {} ;# by the name of a class, the words of a command

# Has objects of certain classes converted: pairs of a name and the words of a command, which is called with the object.
proc convert {entries} {
    variable converts
    variable takes_blocks 0 ;# a conversion may call the host while a block is being filled
    foreach entry $entries {
        lassign $entry name code
        if {$name in {text int float number boolean null bytes date list dict map set array}} {
            return -code error "'$name': values of this type always cross unchanged"
        }
        if {[catch {lindex $code 0} command] || ![is_command $command]} {
            return -code error "'$name': its code is no command, which could be called: [shown $code]"
        }
        dict set converts [string trimleft $name :] $code
    }
    return [as_null]
}

# The words of the command for the nearest class of an object; nothing if there is none.
proc conversion_for {object} {
    variable converts
    set classes [list [interp eval program [list info object class $object]]]
    while {[llength $classes] > 0} {
        set classes [lassign $classes class]
        set name [string trimleft $class :]
        foreach known [list $name [namespace tail $name]] {
            if {[dict exists $converts $known]} {return [dict get $converts $known]}
        }
        lappend classes {*}[interp eval program [list info class superclasses $class]]
    }
    return {}
}

# What a conversion makes of an object, as JSON; nothing if there is none for it.
proc converted_text {object path depth} {
    variable is_holding
    variable is_collecting
    variable place_root
    variable places
    variable numbers
    set command [conversion_for $object]
    if {$command eq {}} {return {}}
    set kept [list $is_holding $is_collecting $place_root $places $numbers]
    set is_holding 0
    set is_collecting 0
    set failed [catch {run [list {*}$command $object]} made]
    lassign $kept is_holding is_collecting place_root places numbers
    if {$failed} {refuse $path "the conversion of [description $object] failed: $made"}
    if {$made eq $object} {return [quoted $made]}
    return [encode $made $path text [expr {$depth + 1}]]
}
