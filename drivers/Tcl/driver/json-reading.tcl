# Reads JSON. Texts and numbers are texts, a list is a list, and an object is a dict.

variable TOKEN {"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|"}
variable PAIR {[\ud800-\udbff][\udc00-\udfff]}

# The value of a text. `nulls` are the paths where there may be null; those that there are remain in it.
proc decode {text {root value} {allowed {}}} {
    variable TOKEN
    variable DEEPEST
    variable null
    variable has_null
    set stack {}
    set kinds {}
    set items {}
    set depth 0
    foreach token [regexp -all -inline $TOKEN $text] {
        switch -exact -- $token {
            , - : {}
            \[ - \{ {
                if {[incr depth] > $DEEPEST} {refuse $root "is nested too deep"}
                lappend stack $items
                lappend kinds $token
                set items {}
            }
            \] - \} {
                incr depth -1
                set done $items
                set items [lindex $stack end]
                set stack [lreplace $stack[set stack {}] end end]
                set kinds [lreplace $kinds[set kinds {}] end end]
                lappend items $done
            }
            true {lappend items 1}
            false {lappend items 0}
            null {
                set path [place $stack $items $kinds]
                if {!$has_null && $path ne {} && $path ni $allowed && ![string match _BOND_* [lindex $stack 1 0]]} {refuse [named_path $root $path] "Tcl has no null: _BOND_null_as says what it is to arrive as"}
                lappend items $null
            }
            default {
                if {[string index $token 0] eq "\""} {
                    set token [string range $token 1 end-1]
                    if {[string first \\ $token] >= 0} {
                        set token [subst -nocommands -novariables $token]
                        if {![is_text $token]} {refuse [named_path $root [place $stack $items $kinds]] "half of a surrogate pair is no text"}
                    }
                }
                lappend items $token
            }
        }
    }
    if {$depth != 0 || [llength $items] != 1} {refuse $root "what the host sent cannot be decoded"}
    return [lindex $items 0]
}

# Where the next item is, in lists that are not complete: keys and indices.
proc place {stack items kinds} {
    set path {}
    foreach list [lrange [linsert $stack end $items] 1 end] kind $kinds {
        if {$kind eq "\["} {lappend path [llength $list]} else {lappend path [lindex $list end]}
    }
    return $path
}

proc named_path {root path} {
    if {$root eq "args"} {set path [lrange $path 1 end]} ;# behind the name of what is called
    foreach key $path {set root [below $root $key]}
    return $root
}
