# Defines functions that call the host, and calls it.

variable calls 0

# Defines a command that calls the host. A namespace in front of its name has to exist.
proc export {name} {
    set command call_host
    if {[llength $name] == 2 && [lindex $name 1] eq "1"} {
        set name [lindex $name 0]
        set command call_host_held
    }
    if {![regexp {^(?:::)?(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*$} $name] || [string match "*\n" $name]} {
        return -code error "[quoted [in_words $name]] is not a valid name for a function"
    }
    set space [namespace qualifiers $name]
    if {$space ne {} && ![interp eval program [list namespace exists ::$space]]} {
        return -code error "there is no namespace $space for the function $name"
    }
    interp alias program $name {} ::_BOND_::$command $name
    return
}

# What a function of the host returns.
proc call_host {name args} {
    return [send_call [quoted $name] $name $args 0]
}

# The same for a function that has handles of what cannot cross.
proc call_host_held {name args} {
    return [send_call [quoted $name] $name $args 1]
}

# The same for a function that the host has lent.
proc call_lent {number is_holding args} {
    return [send_call $number "callback $number" $args $is_holding]
}

proc send_call {called name given is_holding} {
    variable calls
    variable running
    variable interrupted
    variable has_live
    if {$is_holding || $has_live} {
        set payload "\[$called,[held_arguments $name $given $is_holding]\]"
    } else {
        set payload "\[$called,[encode_arguments "$name\(\): " $given [types_of_arguments $name]]\]"
    }
    set id [incr calls]
    say "CALL $id $running $payload"
    lassign [serve $id] verb payload
    if {[info exists interrupted($running)]} {
        unset interrupted($running)
        return -code error -errorcode {TCL CANCEL ICANCEL} interrupted
    }
    switch -- $verb {
        RETURN {return [decode $payload "the result of $name"]}
        RETURN_WITH {return [with_references $payload]}
    }
    set told [decode $payload "the error of $name" {type data call stack}]
    set message [dict get $told message]
    if {$verb eq "ERROR"} {return -code error -errorcode [list _BOND_SerializationException {} $id] $message}
    set type {}
    if {[dict exists $told type]} {set type [dict get $told type]}
    set code [list _BOND_RemoteException $type $id]
    if {[dict exists $told data]} {lappend code [dict get $told data]}
    return -code error -errorcode $code $message
}

proc types_of_arguments {name} {
    variable arguments
    if {[dict exists $arguments $name]} {return [dict get $arguments $name]}
    return {}
}

# `called` is what stands before the place of a value that cannot cross.
proc encode_arguments {called given types} {
    set texts {}
    set index 0
    foreach item $given {
        set type text
        if {$index < [llength $types]} {set type [lindex $types $index]}
        lappend texts [encode $item "${called}args\[$index\]" $type]
        incr index
    }
    return \[[join $texts ,]\]
}
