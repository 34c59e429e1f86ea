# Iterates for the host: over lists and dicts, coroutines, and commands that return the next item and break at the end.

variable iterators ;# by number: what is left of a list and the type of its items, or a command and that type

proc iterate {value} {
    variable iterators
    set type text
    while {[is_typed $value]} {lassign [type_and_value $value] type value}
    set items [part_of $type 1]
    switch -exact -- [lindex $type 0] {
        iterator {set iterator [list command $value $items]}
        dict - map {
            if {[catch {dict size $value}]} {return -code error "[shown $value] is not a dict"}
            set pair [expr {[lindex $type 0] eq "dict" ? [list tuple text $items] : [list tuple $items [part_of $type 2]]}]
            set iterator [list list [lmap {key item} $value {list $key $item}] $pair]
        }
        array {set iterator [list list $value number]}
        tuple {set iterator [list tuple $value [lrange $type 1 end]]}
        default {set iterator [list list $value $items]}
    }
    if {[catch {llength [lindex $iterator 1]}]} {return -code error "[shown $value] is not a list"}
    set number [next_number]
    set iterators($number) $iterator
    return [typed int $number]
}

# The next items, or those that come within a few milliseconds of the first; and whether there are no more.
proc next_items {number count} {
    variable iterators
    if {![info exists iterators($number)]} {return -code error "there is no iterator $number"}
    lassign $iterators($number) kind rest type
    if {$kind eq "command"} {return [next_of_command $number $count]}
    set items [lrange $rest 0 [expr {$count - 1}]]
    set is_done [expr {$count >= [llength $rest]}]
    set next $type
    if {$kind eq "tuple"} {set next [lrange $type $count end]}
    if {$is_done} {unset iterators($number)} else {set iterators($number) [list $kind [lrange $rest $count end] $next]}
    set types [expr {$kind eq "tuple" ? [linsert [lrange $type 0 [expr {[llength $items] - 1}]] 0 tuple] : [list list $type]}]
    return [typed [list tuple $types boolean] [list $items $is_done]]
}

proc next_of_command {number count} {
    variable iterators
    lassign $iterators($number) kind command type thrown
    if {$thrown ne {}} {
        unset iterators($number)
        return -options [dict replace [lindex $thrown 1] -level 1] [lindex $thrown 0]
    }
    set items {}
    set is_done 0
    set until {}
    while {[llength $items] < $count && ($until eq {} || [clock milliseconds] < $until)} {
        set code [catch {interp eval program [list uplevel #0 $command]} item options]
        if {$code == 1 && [llength $items] == 0} {
            unset iterators($number)
            return -options [dict replace $options -level 1] $item
        }
        if {$code == 1} {
            lset iterators($number) 3 [list $item $options] ;# after the items before it
            break
        }
        set is_done [expr {$code == 3 || ![is_command [lindex $command 0]]}] ;# a coroutine that has ended is gone
        if {$is_done} break
        lappend items $item
        if {$until eq {}} {set until [expr {[clock milliseconds] + 5}]}
    }
    if {$is_done} {unset iterators($number)}
    return [typed [list tuple [list list $type] boolean] [list $items $is_done]]
}

proc is_command {name} {
    return [expr {[interp eval program [list namespace which -command $name]] ne {}}]
}

# Ends an iteration, if it goes on. A coroutine is deleted: only into one can something be injected.
proc leave_iterator {number} {
    variable iterators
    if {[info exists iterators($number)]} {
        lassign $iterators($number) kind command
        unset iterators($number)
        if {$kind eq "command" && ![catch {interp eval program [list ::tcl::unsupported::inject $command list]}]} {
            interp eval program [list rename $command {}]
        }
    }
    return [as_null]
}
