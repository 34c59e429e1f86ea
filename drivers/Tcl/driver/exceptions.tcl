# Tells the host of whatever is thrown.

variable LONGEST_TEXT 4194304 ;# of a message or a traceback, in characters

# The reply for an error that `catch` has told of.
proc report {id message options is_held} {
    set thrown [dict merge [list message $message] $options]
    set code [dict get $options -errorcode]
    if {[catch {lindex $code 0} kind]} {set kind {}}
    set message [quoted [in_words [shortened [plain_text $message]]]]
    if {$kind eq "_BOND_SerializationException"} {
        return "ERROR $id {\"message\":$message,\"call\":[call_of $code]}"
    }
    set fields [list "\"message\":$message"]
    if {$kind eq "_BOND_RemoteException"} {
        if {[lindex $code 1] ne {}} {lappend fields "\"type\":[quoted [in_words [lindex $code 1]]]"}
    } else {
        lappend fields {*}[types_of $code]
    }
    lappend fields "\"traceback\":[quoted [in_words [traceback $options]]]" "\"call\":[call_of $code]"
    if {[dict exists $options -bond_link]} {lappend fields "\"link\":\[[join [dict get $options -bond_link] ,]\]"}
    if {$is_held} {lappend fields "\"exception\":\[[keep $thrown],$message\]"}
    lappend fields {*}[data_of $kind $code $message]
    return "EXCEPT $id {[join $fields ,]}"
}

# With transparent exceptions, what was thrown.
proc data_of {kind code message} {
    variable transparent
    if {!$transparent} {return {}}
    if {$kind eq "_BOND_RemoteException" && [llength $code] > 3} {
        if {![catch {encode [lindex $code 3]} data]} {return [list "\"data\":$data"]}
    }
    return [list "\"data\":$message"]
}

# The call of the host that has failed.
proc call_of {code} {
    if {![catch {lindex $code 0} kind] && $kind in {_BOND_RemoteException _BOND_SerializationException}} {
        set id [lindex $code 2]
        if {[string is digit -strict $id]} {return $id}
    }
    return null
}

# The names of an error are those that its error code begins with: `POSIX ENOENT`, `POSIX`.
proc types_of {code} {
    if {[catch {llength $code}]} {return {}}
    set names {}
    foreach word $code {
        if {![regexp {^[A-Z][A-Z0-9_]*$} $word]} break
        lappend names $word
    }
    if {$names eq {TCL CANCEL ICANCEL}} {return [list {"type":"_BOND_InterruptException"} {"types":["_BOND_InterruptException"]}]}
    if {$names in {{} NONE}} {return {}}
    set types {}
    for {set last [expr {[llength $names] - 1}]} {$last >= 0} {incr last -1} {lappend types [quoted [lrange $names 0 $last]]}
    return [list "\"type\":[lindex $types 0]" "\"types\":\[[join $types ,]\]"]
}

# What Tcl says of the way of an error, without the driver's part of it.
proc traceback {options} {
    set text [plain_text [dict get $options -errorinfo]]
    set kept {}
    foreach line [split $text \n] {
        if {[string match {*interp eval program*} $line] || [string match {*"uplevel #0 *} $line]} {
            set kept [lrange $kept 0 end-1] ;# `invoked from within`
            break
        }
        lappend kept $line
    }
    return [shortened [join $kept \n]]\n
}

# A text without its middle, if it is very long.
proc shortened {text} {
    variable LONGEST_TEXT
    set half [expr {$LONGEST_TEXT / 2 - 1}]
    if {[string length $text] <= $LONGEST_TEXT} {return $text}
    return "[string range $text 0 $half] \[...\] [string range $text end-$half end]"
}
