# Reads the lines of the host.

variable arrived {} ;# lines that were read while the program ran

# The parts of the next line: verb, frame, request, payload. The end of the input is an END.
proc next_message {} {
    variable input
    variable arrived
    if {[llength $arrived] > 0} {
        set line [lindex $arrived 0]
        set arrived [lreplace $arrived [set arrived 0] 0]
    } elseif {[gets $input line] < 0} {
        return END
    }
    set line [encoding convertfrom utf-8 $line]
    if {[scan $line {%s %s %s %n} verb frame id at] < 3} {return [list $line - 0 {}]}
    if {$verb eq "BYTES"} {
        keep_block $id [string range $line $at end]
        return [next_message]
    }
    return [list $verb $frame $id [string range $line $at end]]
}

# The texts of the items of a list, as they stand in a payload.
proc items_of {payload} {
    variable TOKEN
    set depth 0
    set start 1
    set items {}
    foreach range [regexp -all -inline -indices $TOKEN $payload] {
        set at [lindex $range 0]
        switch -exact -- [string index $payload $at] {
            \[ - \{ {incr depth}
            \] - \} {incr depth -1}
            , {
                if {$depth == 1} {
                    lappend items [string range $payload $start [expr {$at - 1}]]
                    set start [expr {$at + 1}]
                }
            }
        }
    }
    set last [string range $payload $start end-1]
    if {$last ne {}} {lappend items $last}
    return $items
}
