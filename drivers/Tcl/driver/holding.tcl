# Holds what is to stay, and says in which places of a result, or of arguments, it was. An object is the name of its command.

variable held          ;# values, by number
variable last_number 0 ;# of what is held, and of iterators
variable is_holding 0  ;# whether what stays is held, while a value is written
variable is_collecting 0 ;# whether places are told to the host at all
variable place_root {}  ;# what stands before each path
variable places {}     ;# what has been held meanwhile: a path, a number, and a description of each
variable numbers {}    ;# the numbers of these values

proc next_number {} {
    variable last_number
    return [incr last_number]
}

proc keep {value} {
    variable held
    set number [next_number]
    set held($number) $value
    return $number
}

proc hold_value {value} {return [typed int [keep $value]]}

proc held_value {number} {
    variable held
    if {![info exists held($number)]} {return -code error "nothing is held under the number $number"}
    return $held($number)
}

proc release_held {number} {
    variable held
    unset -nocomplain held($number)
}

# Whether a text is the full name of an object of TclOO.
proc is_object {value} {
    if {![string match ::* $value]} {return 0}
    return [expr {![catch {interp eval program [list info object isa object $value]} is_one] && $is_one}]
}

proc is_class {value} {
    return [expr {![catch {interp eval program [list info object isa class $value]} is_one] && $is_one}]
}

proc has_method {object name} {
    return [expr {![catch {interp eval program [list info object methods $object -all]} names] && $name in $names}]
}

# Whether a value stays where it is, if it can.
proc stays {type value} {
    switch -exact -- [lindex $type 0] {
        object - iterator {return 1}
        text {return [expr {[is_object $value] || ![is_text $value]}]}
    }
    return 0
}

# Holds a value, and writes null in its place. What is there twice is held once.
proc hold_in_place {type value path} {
    variable places
    variable numbers
    if {[lindex $type 0] eq "iterator"} {set value [typed $type $value]}
    if {![dict exists $numbers $value]} {dict set numbers $value [keep $value]}
    set number [dict get $numbers $value]
    lappend places "\[[path_text $path],$number,[quoted [description $value]]\]"
    return null
}

proc description {value} {
    if {![is_object $value]} {return [shown $value]}
    if {[is_class $value]} {return "class $value"}
    return "[interp eval program [list info object class $value]] object"
}

# A path as JSON: its keys and indices, behind the name of the root.
proc path_text {path} {
    regsub {^.*?\(\): args} $path args path
    set keys {}
    foreach {-> index name quoted} [regexp -all -inline {\[(\d+)\]|\.([A-Za-z_]\w*)|\[("(?:[^"\\]|\\.)*")\]} $path] {
        if {$index ne {}} {lappend keys $index} elseif {$name ne {}} {lappend keys [quoted $name]} else {lappend keys $quoted}
    }
    variable place_root
    return \[[join [concat $place_root $keys] ,]\]
}

# An object of the host: it finds that by its number.
proc live_in_place {name path} {
    variable places
    variable live_numbers
    lappend places "\[[path_text $path],-$live_numbers($name),\"live\"\]"
    return null
}

# The payload of a result in which there may be objects of the host.
proc live_reply {value type} {
    lassign [holding {encode $value result $type} 0 0] text places
    if {$places eq {[]}} {return $text}
    return "@\[\[$text\],$places\]"
}

# What `script` writes, and what is to be found in which places: two texts.
proc holding {script {holds 1} {root {}}} {
    variable is_holding $holds
    variable is_collecting 1
    variable place_root $root
    variable places {}
    variable numbers {}
    set failed [catch {uplevel 1 $script} text options]
    set is_holding 0
    set is_collecting 0
    if {$failed} {
        foreach number [dict values $numbers] {release_held $number}
        return -options [dict replace $options -level 1] $text
    }
    return [list $text \[[join $places ,]\]]
}

# The payload of a result that holds what stays.
proc held_reply {value} {
    lassign [holding {encode $value {value[0]}}] text places
    if {$places eq {[]}} {return "\[\[$text\]\]"}
    return "\[\[$text\],$places\]"
}

# The same for arguments of a function of the host.
proc held_arguments {name given is_holding} {
    lassign [holding {encode_arguments "$name\(\): " $given [types_of_arguments $name]} $is_holding] text places
    if {$places eq {[]}} {return $text}
    return $text,$places
}

# An attribute: what `cget` of an object returns, or else a variable of it, of a namespace, or the value of a key.
proc get_of {value name} {
    lassign [untyped $value] type value
    if {[is_object $value] && [has_method $value cget]} {return [run [list $value cget -$name]]}
    set variable [variable_of $value $name]
    if {$variable ne {}} {return [run [list set $variable]]}
    if {![catch {dict get $value $name} item]} {return [typed_part $type $name $item]}
    return -code error "[shown $value] has no $name"
}

# A value of a dict keeps the type that it has there.
proc typed_part {type name item} {
    switch -exact -- [lindex $type 0] {
        dict {return [typed [part_of $type 1] $item]}
        map {return [typed [part_of $type 2] $item]}
        record {if {[dict exists [lindex $type 1] $name]} {return [typed [dict get [lindex $type 1] $name] $item]}}
    }
    return $item
}

proc set_of {value name new} {
    lassign [untyped $value] type value
    if {[is_object $value] && [has_method $value configure]} {
        run [list $value configure -$name [plain $new]]
    } else {
        set variable [variable_of $value $name]
        if {$variable eq {}} {return -code error "[shown $value] has no $name that can be set"}
        run [list set $variable [plain $new]]
    }
    return [as_null]
}

# The name of a variable of an object or a namespace; nothing if there is none.
proc variable_of {value name} {
    if {[is_object $value]} {set value [interp eval program [list info object namespace $value]]}
    set name ::[string trimleft $value :]::$name
    if {[catch {interp eval program [list info exists $name]} exists] || !$exists} {return {}}
    return $name
}

proc untyped {value} {
    set type text
    while {[is_typed $value]} {lassign [type_and_value $value] type value}
    return [list $type $value]
}

# Calls a method of an object, a subcommand, or a command of a namespace.
proc invoke {value method args} {
    set value [plain $value]
    set name ::[string trimleft $value :]::$method
    if {![is_object $value] && [is_command $name]} {return [typed_call $name [plain $args]]}
    return [run [list {*}[words_of $value] $method {*}[plain $args]]]
}

# Calls a command, or makes an instance of a class.
proc apply_to {value args} {
    set value [plain $value]
    if {[is_object $value] && [is_class $value]} {return [run [list $value new {*}[plain $args]]]}
    return [typed_call [words_of $value] [plain $args]]
}

# The words of a command with arguments; a name of several words that there is, as one.
proc words_of {value} {
    if {[catch {llength $value}] || [is_command $value]} {return [list $value]}
    return $value
}

# The result of a call, with the type that is declared for it.
proc typed_call {name given} {
    variable results
    set value [call $name $given]
    foreach known [list $name [string trimleft $name :]] {
        if {[dict exists $results $known]} {
            set type [dict get $results $known]
            return [typed $type [exact $type $value]]
        }
    }
    return $value
}

proc hold_result {name args} {
    switch -exact -- $name {
        _BOND_apply {return [hold_value [apply_to {*}$args]]}
        _BOND_invoke {return [hold_value [invoke {*}$args]]}
    }
    return [hold_value [typed_call $name [plain $args]]]
}

# What a command throws, so that it can be held; null if it throws nothing.
proc caught {command args} {
    if {![catch {run [list {*}[words_of [plain $command]] {*}[plain $args]]} message options]} {return [as_null]}
    return [dict merge [list message $message] $options]
}
