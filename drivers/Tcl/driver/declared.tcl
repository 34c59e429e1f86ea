# Types that are declared: of results of functions, and of arguments for functions of the host.

variable results {}    ;# by the name of a function
variable arguments {} ;# lists of types, by the name of a function of the host

# _BOND_declare NAME RESULT ?ARGUMENTS?
proc declare {name result {types {}}} {
    variable results
    variable arguments
    dict set results $name $result
    dict set arguments $name $types
    return
}

# _BOND_null_as TEXT: null arrives as this text.
proc null_as {text} {
    variable null $text
    variable has_null 1
    return
}

proc as_type {type value} {return [typed $type [exact $type $value]]}
proc as_null {} {
    variable null
    return [typed null $null]
}
proc as_list {value {type text}} {return [as_type [list list $type] $value]}
proc as_dict {value {type text}} {return [as_type [list dict $type] $value]}

# A value whose doubles have their exact texts, before a text is made of it.
proc exact {type value} {
    if {$type in {float number}} {
        set text [computed_text $value]
        if {$text ne {}} {return $text}
    } elseif {[lindex $type 0] eq "list" && [lindex $type 1] in {float number} && ![catch {llength $value}]} {
        return [lmap item $value {exact [lindex $type 1] $item}]
    }
    return $value
}
