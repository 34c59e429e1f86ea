# Values that plain JSON has no word for, in the words of EJSON, or as an error that says where they are.

variable extended 0 ;# whether the encoding is EJSON
# How `binary` calls the numbers of typed arrays.
variable NUMBERS {
    int8 c uint8 cu uint8clamped cu int16 s uint16 su int32 i uint32 iu int64 w uint64 wu float32 r float64 q
}

proc need_extended {path what} {
    variable extended
    if {!$extended} {refuse $path "$what cannot be carried by JSON"}
}

# NaN and infinities; nothing if it is another number.
proc special_text {value path} {
    if {![regexp -nocase {^\s*([-+]?)(nan|inf)} $value -> sign kind]} {return {}}
    need_extended $path [shown $value]
    set name "[string map {+ {}} $sign]Infinity"
    if {[string tolower $kind] eq "nan"} {set name NaN}
    return "{\"\$numberDouble\":\"$name\"}"
}

proc bytes_text {bytes path} {
    need_extended $path "a value of type bytes"
    if {[regexp {[^\x00-\xff]} $bytes]} {refuse $path "[shown $bytes] has characters beyond U+00FF, and is no bytes"}
    return "{\"\$binary\":{[content_text $bytes {"subType":"00"}]}}"
}

# The place of bytes beside the text, or their text.
proc content_text {bytes more} {
    variable takes_blocks
    if {$takes_blocks && [string length $bytes] >= 512} {return "\"block\":[beside $bytes]"}
    set text "\"base64\":\"[binary encode base64 $bytes]\""
    if {$more ne {}} {append text ,$more}
    return $text
}

# A date is a number of milliseconds since 1970, as `clock milliseconds` tells them.
proc date_text {ms path} {
    need_extended $path "a value of type date"
    if {![string is entier -strict $ms] || abs($ms) > 8640000000000000} {refuse $path "[shown $ms] is not a date in milliseconds"}
    return "{\"\$date\":{\"\$numberLong\":\"[expr {$ms + 0}]\"}}"
}

proc map_text {value path key_type type depth} {
    need_extended $path "a value of type map"
    if {[catch {dict size $value}]} {refuse $path "[shown $value] is not a dict"}
    set texts {}
    dict for {key item} $value {
        set at [below $path $key]
        lappend texts "\[[encode $key $at $key_type [expr {$depth + 1}]],[encode $item $at $type [expr {$depth + 1}]]\]"
    }
    return "{\"\$map\":\[[join $texts ,]\]}"
}

proc set_text {value path type depth} {
    need_extended $path "a value of type set"
    return "{\"\$set\":[list_text $value $path [list $type] $depth]}"
}

# A typed array, whose numbers have to be what is there afterwards.
proc array_text {value path kind} {
    variable NUMBERS
    need_extended $path "a value of type array"
    if {![dict exists $NUMBERS $kind]} {return -code error "there are no arrays of $kind: it is one of [join [dict keys $NUMBERS] {, }]"}
    if {[catch {llength $value}]} {refuse $path "[shown $value] is not a list"}
    set format [dict get $NUMBERS $kind]
    if {[catch {join [lmap item $value {number_bytes [string index $format 0] $item}] {}} bytes]} {
        refuse $path "[shown $value] is not a list of numbers"
    }
    binary scan $bytes $format* numbers
    set index 0
    foreach item $value number $numbers {
        if {$item != $number && ![string match -nocase *nan* $item]} {refuse "$path\[$index\]" "[shown $item] does not fit into $kind"}
        incr index
    }
    return "{\"\$typedArray\":{\"type\":\"$kind\",[content_text $bytes {}]}}"
}

# What `binary format` makes of a number, if that may be infinite: it writes the largest float in the place of that.
proc number_bytes {format item} {
    if {![regexp -nocase {^([-+]?)(nan|inf)} $item -> sign kind]} {return [binary format $format $item]}
    if {[string tolower $kind] eq "nan"} {set item NaN} else {set item ${sign}Inf}
    if {$format ne "r" || $item eq "NaN"} {return [binary format $format $item]}
    return [binary format i [expr {$sign eq "-" ? 0xff800000 : 0x7f800000}]]
}
