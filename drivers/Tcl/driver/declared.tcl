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
proc as_iterator {command {type text}} {return [typed [list iterator $type] $command]}
proc as_dict {value {type text}} {return [as_type [list dict $type] $value]}

# A value whose doubles have their exact texts, before a text is made of it.
proc exact {type value} {
    if {![regexp {float|number} $type]} {return $value}
    switch -exact -- [lindex $type 0] {
        float - number {
            set text [computed_text $value]
            if {$text ne {}} {return $text} ;# not by `expr`, which makes a number of it again
        }
        maybe {return [exact [lindex $type 1] $value]}
        list - set {return [exact_items $value [list [lindex $type 1]]]}
        array {return [exact_items $value float]}
        tuple {return [exact_items $value [lrange $type 1 end]]}
        dict {if {![catch {dict size $value}]} {return [dict map {key item} $value {exact [lindex $type 1] $item}]}}
        record {if {![catch {dict size $value}]} {return [exact_fields $value [lindex $type 1]]}}
    }
    return $value
}

proc exact_items {list types} {
    if {[catch {llength $list}]} {return $list}
    set type [lindex $types 0]
    if {[llength $types] == 1} {return [lmap item $list {exact $type $item}]}
    return [lmap item $list type [lrange $types 0 [expr {[llength $list] - 1}]] {exact $type $item}]
}

proc exact_fields {dict types} {
    return [dict map {key item} $dict {
        if {[dict exists $types $key]} {exact [dict get $types $key] $item} else {set item}
    }]
}
