# Carries out what the host asks for.

# Runs a script in the program, at its top level. `break` and the like do not lead out of it.
proc run {script} {
    variable depth
    if {$depth > 1} {set script [list uplevel #0 $script]}
    set code [catch {interp eval program $script} value options]
    switch -- $code {
        0 - 2 {return $value}
        1 {return -options [dict replace $options -level 1] $value}
        3 {return -code error "invoked \"break\" outside of a loop"}
        4 {return -code error "invoked \"continue\" outside of a loop"}
    }
    return -code error "the code of a return is $code"
}

# The value of an expression: a command, or one word, such as `$x` or `[f 1]`. A number is that number.
proc run_expression {code} {
    set code [string trim $code]
    if {[regexp {^_BOND_held\((\d+)\)$} $code -> number]} {return [held_value $number]}
    if {[is_number $code]} {return [typed number $code]}
    if {[is_word $code]} {return [run "return -level 0 $code"]}
    return [run $code]
}

# Whether code is a number as JSON has it: that does nothing, and is this number. To Tcl, it would be an unknown command.
proc is_number {code} {
    return [regexp {^\s*-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?\s*$} $code]
}

# Whether code is one word, which may have a comment behind it.
proc is_word {code} {
    switch -- [string index $code 0] {
        \$ {return [regexp {^\$(?:[\w:]+|\{[^\}]*\})(?:\([^\)]*\))?\s*(?:;.*)?$} $code]}
        \[ {set end \]}
        \{ {set end \}}
        \" {set end \"}
        default {return 0}
    }
    set at 0
    while {[set at [string first $end $code [expr {$at + 1}]]] > 0} {
        if {[info complete [string range $code 0 $at]]} {return [regexp {^\s*(?:;.*)?$} [string range $code $at+1 end]]}
    }
    return 0
}

# Calls a command, or what else can stand in front of arguments: a command with some of them, or `$object method`.
proc call {name given} {
    if {[regexp {^[\w:]+$} $name]} {return [run [linsert $given 0 $name]]}
    return [run "$name $given"]
}

proc perform {verb id payload} {
    switch -- $verb {
        CALL {
            lassign [call_of_payload $payload] name given
            variable parts
            if {[info exists parts($id)]} {set given [add_parts $id $given]}
            set value [call $name $given]
            variable results
            if {[dict exists $results $name]} {return [value_reply $id $value [dict get $results $name]]}
            variable has_live
            if {$has_live || [string length $value] > 1024} {return [value_reply $id $value text]}
            return "RETURN $id [encode $value]"
        }
        EVAL {return [value_reply $id [run_expression [decode $payload code]] text]}
        EVAL_HOLD {return "RETURN $id [held_reply [run_expression [decode $payload code]]]"}
        CALL_HOLD {
            lassign [call_of_payload $payload] name given
            return "RETURN $id [held_reply [typed_call $name $given]]"
        }
        CHAIN {return "RETURN $id [run_chain $payload]"}
        EVAL_BLOCK - EVAL_BLOCK_HOLD {
            set code [decode $payload code]
            if {![is_number $code]} {run $code}
            return "RETURN $id "
        }
        EXPORT {
            export [decode $payload name]
            return "RETURN $id "
        }
    }
    return -code error "there is no request $verb"
}

# The name and the arguments of a call.
proc call_of_payload {payload} {
    # Most calls have numbers only, or one text. This is without patterns: those that tell parts take long.
    set at [string first {",[} $payload]
    if {[string first \\ $payload] < 0 && [string range $payload end-1 end] eq {]]}} {
        set name [string range $payload 2 $at-1]
        set rest [string range $payload $at+3 end-2]
        if {[string first \[ $rest] < 0 && [string first \{ $rest] < 0} {
            set quote [string first \" $rest 1]
            if {$quote < 0 && [string first u $rest] < 0 && [string first a $rest] < 0} {return [list $name [split $rest ,]]}
            if {[string index $rest 0] eq "\"" && $quote == [string length $rest] - 1} {return [list $name [list [string range $rest 1 end-1]]]}
        }
    }
    variable has_null
    variable null_places
    set call [decode_any $payload args]
    if {[llength $call] == 2} {
        if {!$has_null && [llength $null_places] > 0 && ![string match _BOND_* [lindex $call 0]]} {decode $payload args}
        return $call
    }
    set items [items_of $payload]
    set name [decode [lindex $items 0]]
    return [list $name [arguments_of [lrange $items 1 end] [string match _BOND_* $name]]]
}

# Arguments from the texts of a list, of references, and of named arguments, which become options.
proc arguments_of {texts {keeps_types 0}} {
    lassign $texts given references named
    set references [expr {$references in {{} null} ? {} : [read_references $references]}]
    set allowed [lmap path [paths_of $references] {linsert $path 0 1}]
    set given [lindex [decode "\[\"\",$given\]" args $allowed] 1]
    if {$named in {{} null}} {return [put_references $given $references $keeps_types]}
    set named [decode $named kwargs [lmap path [paths_of $references] {lrange $path 1 end}]]
    foreach reference $references {
        lassign $reference path kind code
        if {[lindex $path 0] ne "kkwargs"} {
            set given [put_references $given [list $reference] $keeps_types]
        } else {
            set named [lindex [put_references [list $named] [list [list [lreplace $path 0 0 i0] $kind $code]]] 0]
        }
    }
    dict for {key value} $named {lappend given -$key $value}
    return $given
}
