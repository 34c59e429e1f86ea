# Stops what runs. The program has a limit of time, which is up every few milliseconds: then its input is looked at.

variable POLL 20 ;# ms
variable served 0 ;# the last interrupt that was noticed
variable stack {} ;# the requests that run
variable ended_at 0 ;# when the end of the input was seen while the program ran, in ms
variable is_cancelled 0 ;# whether the program has been told to stop
variable interrupted ;# requests that are to be stopped when the host replies to them

proc watch_program {} {
    variable POLL
    set at [expr {[clock milliseconds] + $POLL}]
    interp limit program time -seconds [expr {$at / 1000}] -milliseconds [expr {$at % 1000}] -command ::_BOND_::poll
}

proc poll {} {
    variable input
    variable arrived
    variable ended_at
    watch_program
    fconfigure $input -blocking 0
    while {[gets $input line] >= 0} {
        if {[scan $line {INTERRUPT - %s %d} id serial] == 2} {
            stop_request $id $serial
        } elseif {[scan $line {BYTES - %s %d} number length] == 2} {
            fconfigure $input -blocking 1
            keep_block $number $length
            fconfigure $input -blocking 0
        } else {
            lappend arrived $line
        }
    }
    fconfigure $input -blocking 1
    if {![eof $input]} return
    set now [clock milliseconds]
    if {$ended_at == 0} {set ended_at $now} elseif {$now - $ended_at > 1000} {exit 1} ;# the host is gone
}

# Stops a request: the innermost in the midst of its code, another one when it goes on.
proc stop_request {id serial} {
    variable served
    variable stack
    variable running
    variable interrupted
    if {$serial <= $served || $id ni $stack} return
    set served $serial
    say "INTERRUPTED $serial"
    if {$id eq $running && ![is_waiting]} {
        variable is_cancelled 1
        interp cancel program interrupted
    } else {
        set interrupted($id) 1
    }
}

# What was to stop may have been over: then this is stopped instead of the next request.
proc take_back_cancel {} {
    variable is_cancelled 0
    catch {interp eval program list}
}
