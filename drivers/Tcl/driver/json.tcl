# Writes JSON. A value is a text, unless it has a type.

variable ESCAPES [list \" \\\" \\ \\\\ \n \\n \r \\r \t \\t]
for {set code 0} {$code < 32} {incr code} {
    if {[format %c $code] ni [list \n \r \t]} {lappend ESCAPES [format %c $code] [format {\u%04x} $code]}
}

# A text as JSON.
proc quoted {text} {
    variable ESCAPES
    if {[regexp {[\x00-\x1f"\\]} $text]} {set text [string map $ESCAPES $text]}
    return \"$text\"
}

# A value as JSON of a type. What has a type of its own keeps that.
proc encode {value {path result} {type text} {depth 0}} {
    variable typed_mark
    variable DEEPEST
    if {$type eq "text" && ![regexp {^(?:::|_BOND_live\d)|[\x00-\x1f"\\\ud800-\udfff]} $value]} {return \"$value\"} ;# without a mark of a type
    if {$type in {float number} && [set text [computed_text $value]] ne {}} {return $text}
    if {[is_typed $value]} {lassign [type_and_value $value] type value}
    variable is_holding
    variable converts
    if {$converts ne {} && [is_object $value]} {
        set text [converted_text $value $path $depth]
        if {$text ne {}} {return $text}
    }
    variable is_collecting
    variable live_numbers
    if {$is_collecting && [info exists live_numbers($value)]} {return [live_in_place $value $path]}
    if {$is_holding && [stays $type $value]} {return [hold_in_place $type $value $path]}
    if {$depth > $DEEPEST} {refuse $path "is nested too deep"}
    switch -exact -- [lindex $type 0] {
        text {
            if {![is_text $value]} {refuse $path "half of a surrogate pair is no text"}
            if {[string first $typed_mark $value] >= 0} {
                refuse $path "a value with a type is in a list or text that has none: give the list a type, too, such as _BOND_list"
            }
            return [quoted $value]
        }
        int {
            if {[string is entier -strict $value]} {return [expr {$value + 0}]}
            refuse $path "[shown $value] is not an integer"
        }
        float {return [float_text $value $path]}
        number {
            if {[string is entier -strict $value]} {return [expr {$value + 0}]}
            return [float_text $value $path]
        }
        boolean {
            if {[string is boolean -strict $value]} {return [expr {$value ? "true" : "false"}]}
            refuse $path "[shown $value] is not a boolean"
        }
        null {
            if {$value eq $::_BOND_::null} {return null}
            refuse $path "[shown $value] is not null"
        }
        maybe {
            if {$value eq $::_BOND_::null} {return null}
            return [encode $value $path [lindex $type 1] $depth]
        }
        list {return [list_text $value $path [list [part_of $type 1]] $depth]}
        tuple {
            if {[catch {llength $value} count] || $count != [llength $type] - 1} {
                refuse $path "[shown $value] is not a list of [expr {[llength $type] - 1}] items"
            }
            return [list_text $value $path [lrange $type 1 end] $depth]
        }
        object - iterator {refuse $path "[shown $value] stays in Tcl, since its type is [lindex $type 0]: use hold or iterate"}
        bytes {return [bytes_text $value $path]}
        date {return [date_text $value $path]}
        map {return [map_text $value $path [part_of $type 1] [part_of $type 2] $depth]}
        set {return [set_text $value $path [part_of $type 1] $depth]}
        array {return [array_text $value $path [part_of $type 1]]}
        dict {return [object_text $value $path [part_of $type 1] 0 $depth]}
        record {return [object_text $value $path [lindex $type 1] 1 $depth]}
    }
    return -code error "there is no type \"$type\": it is text, int, float, number, boolean, null, bytes, date, object, or one of {list TYPE}, {tuple TYPE ...}, {dict TYPE}, {record {KEY TYPE ...}}, {map KEYTYPE TYPE}, {set TYPE}, {array KIND}, {maybe TYPE}"
}

# The type of the items; text if it is not given.
proc part_of {type index} {
    if {[llength $type] > $index} {return [lindex $type $index]}
    return text
}

# A value for a message.
proc shown {value} {
    set text [in_words [plain_text $value]]
    return [expr {[string length $text] > 40 ? "\"[string range $text 0 39]...\"" : "\"$text\""}]
}

proc plain_text {value} {
    variable typed_mark
    return [string map [list $typed_mark {}] $value]
}

# The text of a double. Tcl 8.6 reads a few numbers beside a power of two as this, so a text remains as it is.
proc float_text {value path} {
    if {![string is double -strict $value]} {refuse $path "[shown $value] is not a number"}
    set special [special_text $value $path]
    if {$special ne {}} {return $special}
    if {[catch {expr {double($value)}} number] || [catch {expr {$number - $number}}]} {refuse $path "[shown $value] is not a JSON number"}
    if {[string is entier -strict $value]} {
        if {[expr {entier($number) != $value}]} {refuse $path "[shown $value] is more than a double can hold"}
        return [expr {$value + 0}].0
    }
    if {[regexp {^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$} $value]} {return $value}
    return $number
}

# The exact text of a double that has been computed, and has no text yet: Tcl's own may be that of its neighbour, if it is a power of two.
# Nothing if this is something else.
proc computed_text {value} {
    if {![string match {value is a double *no string representation} [::tcl::unsupported::representation $value]]} {return {}}
    binary scan [binary format Q $value] W bits
    if {($bits & 0xfffffffffffff) != 0 || ($bits & 0x7ff0000000000000) == 0x7ff0000000000000} {return {}}
    set text [format %.17g $value]
    if {[regexp {[.e]} $text]} {return $text} ;# not by `expr`, which makes a number of it again
    return $text.0
}

proc list_text {value path types depth} {
    if {[catch {llength $value}]} {refuse $path "[shown $value] is not a list"}
    set texts {}
    set index 0
    set type [lindex $types 0]
    foreach item $value {
        if {[llength $types] > 1} {set type [lindex $types $index]}
        lappend texts [encode $item "$path\[$index\]" $type [expr {$depth + 1}]]
        incr index
    }
    return \[[join $texts ,]\]
}

proc object_text {value path types is_record depth} {
    if {[catch {dict size $value}]} {refuse $path "[shown $value] is not a dict"}
    variable extended
    set texts {}
    set type $types
    dict for {key item} $value {
        if {$is_record} {
            if {![dict exists $types $key]} {refuse [below $path $key] "the record has no such key"}
            set type [dict get $types $key]
        }
        if {![is_text $key]} {refuse $path "a key has half of a surrogate pair"}
        set dollar [expr {$extended && [string index $key 0] eq "$" ? "$" : {}}]
        lappend texts [quoted $dollar$key]:[encode $item [below $path $key] $type [expr {$depth + 1}]]
    }
    if {$is_record && [dict size $value] < [dict size $types]} {refuse $path "the record lacks keys"}
    return \{[join $texts ,]\}
}
