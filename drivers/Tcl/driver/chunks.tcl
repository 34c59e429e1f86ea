# Long lists and texts in parts: one side begins with them while the other makes the rest.

variable takes_parts 0 ;# whether the host accepts them
variable parts         ;# by the id of a request, the parts of its last argument
variable PART 32768    ;# about how many characters a part has
variable FIRST_PART 128 ;# how many items the first one has

# The reply with a value that may be long, or have a type.
proc value_reply {id value type} {
    variable takes_parts
    while {$type eq "text" && [is_typed $value]} {lassign [type_and_value $value] type value}
    set value [exact $type $value]
    variable has_live
    if {$has_live} {return "RETURN $id [live_reply $value $type]"}
    if {$takes_parts && [is_long $value $type]} {return "RETURN $id [say_parts $id $value $type]"}
    return "RETURN $id [encode $value result $type]"
}

proc is_long {value type} {
    switch -exact -- [lindex $type 0] {
        text {return [expr {[string length $value] > 262144}]}
        list - tuple {return [expr {![catch {llength $value} count] && $count > 1024}]}
    }
    return 0
}

# Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross.
proc say_parts {id value type} {
    if {$type eq "text"} {
        set failed [catch {say_text_parts $id $value}]
    } else {
        set failed [catch {say_list_parts $id $value $type}]
    }
    if {!$failed} return
    say "PART $id "
    return [encode $value result $type]
}

proc say_text_parts {id text} {
    variable PART
    set size [string length $text]
    for {set start 0} {$start < $size} {set start [expr {$stop + 1}]} {
        set stop [expr {$start + $PART - 1}]
        if {[string match {[\ud800-\udbff]} [string index $text $stop]]} {incr stop} ;# both halves of a pair
        say "PART $id [encode [string range $text $start $stop]]"
    }
}

proc say_list_parts {id list type} {
    variable PART
    variable FIRST_PART
    set size [llength $list]
    if {[lindex $type 0] eq "tuple" && [llength $type] - 1 != $size} {return -code error "not so many items"}
    set count $FIRST_PART
    for {set start 0} {$start < $size} {set start [expr {$stop + 1}]} {
        set stop [expr {min($start + $count, $size) - 1}]
        if {[lindex $type 0] eq "tuple"} {set types [lrange $type $start+1 $stop+1]} else {set types [list [part_of $type 1]]}
        set text [list_text [lrange $list $start $stop] result $types 0]
        say "PART $id $text"
        set count [expr {max(1, ($stop - $start + 1) * $PART / [string length $text])}]
    }
}

# Keeps a part of a long argument; what is empty takes back those that have come.
proc take_part {id payload} {
    variable parts
    if {$payload eq {}} {unset -nocomplain parts($id)} else {lappend parts($id) $payload}
}

# Puts what has come in parts behind the arguments.
proc add_parts {id given} {
    variable parts
    set payloads $parts($id)
    unset parts($id)
    set are_texts [string match "\"*" [lindex $payloads 0]]
    set whole {}
    foreach payload $payloads {
        set part [decode $payload "args\[[llength $given]\]"]
        if {$are_texts} {append whole $part} else {lappend whole {*}$part}
    }
    lappend given $whole
    return $given
}
