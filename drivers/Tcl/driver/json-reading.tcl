# Reads JSON. Texts and numbers are texts, a list is a list, and an object is a dict.

variable TOKEN {"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|"}
# What stands between texts, as a list: braces would be quotes there.
variable SPACED [list \[ { [ } \] { ] } \{ { ( } \} { ) } , { } : { }]
# Escapes that have to do with quotes, as characters that JSON has nowhere.
variable HIDDEN [list \\\\ \x01 \\\" \x02]
variable SHOWN [list \x01 \\\\ \x02 \\\"]
variable null_places {} ;# the paths of null in what was decoded last

# The value of a text. `allowed` are the paths where there may be null; what there is remains in it.
proc decode {text {root value} {allowed {}}} {
    variable has_null
    variable null_places
    set value [decode_any $text $root]
    if {!$has_null && [llength $null_places] > 0} {
        foreach path $null_places {
            if {$path ne {} && $path ni $allowed} {refuse [named_path $root $path] "Tcl has no null: _BOND_null_as says what it is to arrive as"}
        }
    }
    return $value
}

# The same, whatever is null.
proc decode_any {text root} {
    variable SPACED
    variable HIDDEN
    variable SHOWN
    variable DEEPEST
    variable null
    variable null_places {}
    variable extended
    set has_words [expr {$extended && [string first "\"$" $text] >= 0}]
    set has_escapes [expr {[string first \\ $text] >= 0}]
    if {$has_escapes} {set text [string map $HIDDEN $text]}
    set pieces [split $text \"]
    set texts [expr {[llength $pieces] / 2}]
    set stack {}
    set kinds {}
    set items {}
    foreach {outside inside} $pieces {
        foreach token [string map $SPACED $outside] {
            switch -exact -- $token {
                \[ - ( {
                    lappend stack $items
                    lappend kinds $token
                    if {[llength $kinds] > $DEEPEST} {refuse $root "is nested too deep"}
                    set items {}
                }
                \] - ) {
                    set done $items
                    set items [lindex $stack end]
                    set stack [lreplace $stack [set stack end] end]
                    set kinds [lreplace $kinds [set kinds end] end]
                    if {$has_words && $token eq ")"} {set done [word_or_dict $done $root]}
                    lappend items $done
                }
                true {lappend items 1}
                false {lappend items 0}
                null {
                    lappend null_places [place $stack $items $kinds]
                    lappend items $null
                }
                default {lappend items $token}
            }
        }
        if {[incr texts -1] < 0} break
        if {$has_escapes && [regexp {[\\\x01\x02]} $inside]} {
            set inside [subst -nocommands -novariables [string map $SHOWN $inside]]
            if {![is_text $inside]} {refuse [named_path $root [place $stack $items $kinds]] "half of a surrogate pair is no text"}
        }
        lappend items $inside
    }
    if {[llength $kinds] != 0 || [llength $items] != 1} {refuse $root "what the host sent cannot be decoded"}
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
