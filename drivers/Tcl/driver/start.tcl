# Agrees with the host, and says READY.

variable transparent 0
variable MOST_LEVELS 10000 ;# of calls in the program: where Tcl itself calls back from C, more would not fit on the stack

proc start {} {
    variable transparent
    variable typed_mark
    set line [encoding convertfrom utf-8 [gets stdin]]
    variable has_null 1
    set settings [decode [string range $line 5 end] OPEN]
    set has_null 0
    set transparent [expr {[dict get $settings transExcept] eq "1"}]
    foreach name {bytes parts} known {takes_blocks takes_parts} {
        variable $known
        if {[dict exists $settings $name]} {set $known [expr {[dict get $settings $name] eq "1"}]}
    }
    set mark [dict get $settings mark]
    set typed_mark "\x1e_BOND_[string reverse [string range $mark 1 end]]"
    use_utf8
    open_streams $mark [expr {![dict exists $settings pid] || [dict get $settings pid] eq [pid]}]
    interp recursionlimit {} 10000000
    create_program
    set protocol [chosen_protocol [dict get $settings protocols]]
    say "READY {\"protocol\":$protocol,\"version\":\"[info patchlevel]\",\"pid\":[pid],\"interrupt\":\"SIGURG\"}"
    serve 0
}

# The first that the host accepts and this driver knows.
proc chosen_protocol {accepted} {
    variable extended
    foreach name $accepted {
        if {$name ni {EJSON JSON}} continue
        set extended [expr {$name eq "EJSON"}]
        return "\"$name\""
    }
    return null
}

# Without a locale, Tcl would take text for Latin-1.
proc use_utf8 {} {
    foreach name {LC_ALL LC_CTYPE LANG} {
        if {![info exists ::env($name)] || $::env($name) eq {}} continue
        if {$::env($name) ni {C POSIX}} return
        break
    }
    encoding system utf-8
}

variable NAMES {
    int {as_type int} float {as_type float} number {as_type number} boolean {as_type boolean} text {as_type text} as as_type
    bytes {as_type bytes} date {as_type date} null as_null list as_list dict as_dict declare declare null_as null_as plain plain release release release_live release_live
    object {as_type object} iterator as_iterator
    hold hold_value held held_value get get_of set set_of invoke invoke apply apply_to hold_result hold_result catch caught
    iterate iterate next next_items leave leave_iterator load load_file original call_original defined note_defined
    convert convert
}

# The interpreter for your program: with the arguments of this one, and commands of the driver.
proc create_program {} {
    variable NAMES
    variable MOST_LEVELS
    interp create program
    interp recursionlimit program $MOST_LEVELS
    set argv $::argv
    if {[lindex $argv 0] eq "--"} {set argv [lrange $argv 1 end]}
    foreach {name value} [list argv0 $::argv0 argv $argv argc [llength $argv] tcl_interactive 0] {
        interp eval program [list set ::$name $value]
    }
    foreach {name command} $NAMES {
        interp alias program _BOND_$name {} ::_BOND_::[lindex $command 0] {*}[lrange $command 1 end]
    }
    variable relay
    if {$relay ne {}} {
        interp hide program exit
        interp alias program exit {} ::_BOND_::leave_with_relay
    }
    watch_program
}

start
