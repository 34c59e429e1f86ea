# Frames: takes messages, sets them aside, and replies.

variable running 0 ;# the request that runs
variable depth 0   ;# how many frames are open
variable waits 0   ;# whether the innermost frame waits for a message
variable aside     ;# messages of other frames

# The next message for a frame: verb, request, payload. What belongs to another one waits until it is its turn.
proc take {frame} {
    variable aside
    while 1 {
        if {[info exists aside($frame)]} {
            set message [lindex $aside($frame) 0]
            set aside($frame) [lreplace $aside($frame) 0 0]
            if {[llength $aside($frame)] == 0} {unset aside($frame)}
            return $message
        }
        lassign [next_message] verb target id payload
        if {$target eq $frame && $verb ne "END"} {return [list $verb $id $payload]}
        switch -- $verb {
            END leave
            INTERRUPT {stop_request $id $payload}
            RELEASE {release_held $id}
            default {if {$target ne "-"} {lappend aside($target) [list $verb $id $payload]}}
        }
    }
}

# The host has closed the bond. A program may have a command `exit` of its own.
proc leave {} {
    catch {interp eval program exit}
    exit
}

# `exit` of a program behind a relay, which holds the streams.
proc leave_with_relay {args} {
    variable relay
    if {[llength $args] == 0 || [string is integer -strict [lindex $args 0]]} {catch {exec kill $relay}}
    exit {*}$args
}

# Carries out what the host asks for in a frame, until it replies to the call that opened the frame.
proc serve {frame} {
    variable running
    variable depth
    variable waits
    variable stack
    variable aside
    variable is_cancelled
    set outer $running
    incr depth
    while 1 {
        set waits 1
        lassign [take $frame] verb id payload
        set waits 0
        if {$id eq "0"} break
        if {$verb eq "PART"} {
            take_part $id $payload
            continue
        }
        set running $id
        lappend stack $id
        set reply [attempt $verb $id $payload]
        if {$is_cancelled} take_back_cancel
        say $reply
        set stack [lrange $stack 0 end-1]
        set running $outer
    }
    incr depth -1
    unset -nocomplain aside($frame)
    return [list $verb $payload]
}

proc is_waiting {} {
    variable waits
    return $waits
}

# Carries out a request; returns the reply.
proc attempt {verb id payload} {
    if {[catch {perform $verb $id $payload} reply options]} {
        if {[catch {report $id $reply $options [expr {$verb eq "CHAIN" || [string match *_HOLD $verb]}]} reply]} {return "EXCEPT $id {\"message\":\"an error that cannot be described\"}"}
    }
    return $reply
}
