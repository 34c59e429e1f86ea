# Runs files as programs, and puts functions of the host in the place of some of theirs, as soon as these are defined.

variable wanted {}    ;# while a file is loaded: the functions of the host, by the names of procedures
variable defined {}   ;# the procedures that have been defined meanwhile
variable originals {} ;# the names of what has been replaced, by the name that it had

# Runs a file; returns the names of those that nothing has defined, and of what could have been meant.
proc load_file {path replacements} {
    variable wanted
    variable defined {}
    set wanted {}
    foreach replacement $replacements {dict set wanted [full_name [lindex $replacement 0]] [lindex $replacement 1]}
    run [list set ::argv0 $path]
    if {[dict size $wanted] == 0} {
        run [list source $path]
        return [loaded {} {}]
    }
    interp eval program {trace add execution ::proc leave _BOND_defined}
    set code [catch {run [list source $path]} message options]
    catch {interp eval program {trace remove execution ::proc leave _BOND_defined}}
    if {$code} {return -options [dict replace $options -level 1] $message}
    set missing [lmap name [dict keys $wanted] {if {$name in $defined} continue; string range $name 2 end}]
    return [loaded $missing [lmap name [lsort -unique $defined] {string range $name 2 end}]]
}

proc loaded {missing known} {
    if {[llength $missing] == 0} {set known {}}
    return [typed {tuple {list text} {list text}} [list $missing $known]]
}

proc full_name {name} {return ::[string trimleft $name :]}

# `proc` has been called: its command, and how it went.
proc note_defined {command code args} {
    variable wanted
    variable defined
    if {$code != 0} return
    set name [lindex $command 1]
    if {![string match ::* $name]} {set name [interp eval program {namespace current}]::$name}
    set name [full_name $name]
    lappend defined $name
    if {[dict exists $wanted $name]} {replace $name [dict get $wanted $name]}
    return
}

# The procedure is renamed in its namespace, where it finds what it did.
proc replace {name command} {
    variable originals
    set space [namespace qualifiers $name]
    set original ${space}::_BOND_replaced_[namespace tail $name]
    catch {interp eval program [list rename $original {}]}
    interp eval program [list rename $name $original]
    regexp {\d+$} $command number
    interp alias program $name {} ::_BOND_::call_replacement [string range $name 2 end] $number
    dict set originals $name $original
}

# The arguments have the types that are declared for what is replaced.
proc call_replacement {name number args} {
    return [send_call $number $name $args 1]
}

# Calls what has been replaced by that name.
proc call_original {name args} {
    variable originals
    set full [full_name $name]
    if {![dict exists $originals $full]} {return -code error "nothing has been replaced by the name $name"}
    set value [run [list [dict get $originals $full] {*}[plain $args]]]
    variable results
    if {![dict exists $results $name]} {return $value}
    set type [dict get $results $name]
    return [typed $type [exact $type $value]]
}
