# Does what the host wants done with an object, link by link.

variable progress {} ;# the index of the link; then, while its arguments are evaluated, that of the link in a reference

proc run_chain {payload} {
    variable progress
    set outer $progress
    set progress {}
    lassign [items_of $payload] start links
    set failed [catch {follow $start $links} value options]
    set reached $progress
    set progress $outer
    if {$failed} {return -options [dict replace $options -level 1 -bond_link $reached] $value}
    if {$links ne {[]}} {return [held_reply $value]}
    return "\[\[null\],\[\[\[0\],[keep $value],[quoted [description $value]]\]\]\]"
}

# The value of a chain, from code, or from what is imported.
proc follow {start links} {
    variable progress
    if {[string index $start 0] eq "\""} {
        set value [run_expression [decode $start]]
    } else {
        set value [imported [decode [lindex [items_of $start] 1]]]
    }
    set own [llength $progress]
    set index 0
    foreach link [items_of $links] {
        set progress [lreplace $progress $own end $index]
        set value [linked $value [items_of $link]]
        incr index
    }
    set progress [lrange $progress 0 [expr {$own - 1}]]
    return $value
}

# What a link does: its kind, its name, and the texts of its arguments.
proc linked {value link} {
    lassign $link kind name
    set kind [decode $kind]
    if {$name ne "null"} {set name [decode $name]}
    if {$kind eq "get"} {return [get_of $value $name]}
    set given [arguments_of [lrange $link 2 end]]
    switch -exact -- $kind {
        item {return [item_of $value [lindex $given 0]]}
        invoke {return [invoke $value $name {*}$given]}
        new {return [run [list [plain $value] new {*}$given]]}
    }
    return [apply_to $value {*}$given]
}

# The value of a key, or the item at an index.
proc item_of {value key} {
    lassign [untyped $value] type value
    if {![catch {dict get $value $key} item]} {return [typed_part $type $key $item]}
    if {![string is digit -strict $key] || [catch {llength $value} count] || $key >= $count} {
        return -code error "[shown $value] has no item [shown $key]"
    }
    set item [lindex $value $key]
    if {[lindex $type 0] in {list set}} {return [typed [part_of $type 1] $item]}
    return $item
}

# The full name of a command or a namespace, which may be one of a package.
proc imported {name} {
    foreach attempt {1 2} {
        set command [interp eval program [list namespace which -command ::[string trimleft $name :]]]
        if {$command ne {}} {return $command}
        if {[interp eval program [list namespace exists ::$name]]} {return ::[string trimleft $name :]}
        if {$attempt == 1} {run [list package require $name]}
    }
    return -code error "the package $name has neither a command nor a namespace of that name"
}
