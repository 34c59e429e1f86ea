# Defines functions that call the host, and calls it.

variable calls 0

# Defines a command that calls the host. A namespace in front of its name has to exist.
proc export {name} {
    if {[llength $name] == 2 && [lindex $name 1] eq "1"} {set name [lindex $name 0]}
    if {![regexp {^(?:::)?(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*$} $name] || [string match "*\n" $name]} {
        return -code error "[quoted [in_words $name]] is not a valid name for a function"
    }
    set space [namespace qualifiers $name]
    if {$space ne {} && ![interp eval program [list namespace exists ::$space]]} {
        return -code error "there is no namespace $space for the function $name"
    }
    interp alias program $name {} ::_BOND_::call_host $name
    return
}

# What a function of the host returns.
proc call_host {name args} {
    return [send_call [quoted $name] $name $args]
}

# The same for a function that the host has lent.
proc call_lent {number args} {
    return [send_call $number "callback $number" $args]
}

proc send_call {called name given} {
    variable calls
    variable running
    variable interrupted
    set payload "\[$called,[encode_arguments $name $given]\]"
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

proc encode_arguments {name given} {
    variable arguments
    set types {}
    if {[dict exists $arguments $name]} {set types [dict get $arguments $name]}
    set texts {}
    set index 0
    foreach item $given {
        set type text
        if {$index < [llength $types]} {set type [lindex $types $index]}
        lappend texts [encode $item "$name\(\): args\[$index\]" $type]
        incr index
    }
    return \[[join $texts ,]\]
}
