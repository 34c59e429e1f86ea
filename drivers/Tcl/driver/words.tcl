# Reads the words of EJSON.

# The dict of an object, or what that says if it is a word.
proc word_or_dict {items root} {
    if {[llength $items] == 2 && [regexp {^\$[^$]} [lindex $items 0]]} {return [word {*}$items $root]}
    set dict {}
    foreach {key item} $items {
        if {[string range $key 0 1] eq {$$}} {set key [string range $key 1 end]}
        lappend dict $key $item
    }
    return $dict
}

# Its content has been read.
proc word {name content root} {
    switch -exact -- $name {
        $numberDouble {return [dict get {NaN NaN Infinity Inf -Infinity -Inf} $content]}
        $numberLong - $date - $set {return $content}
        $binary {return [bytes_in $content]}
        $map {return [dict_of_pairs $content $root]}
        $typedArray {return [numbers_in [bytes_in $content] [dict get $content type]]}
        $ndarray {return [rows [items_of_array $content] [dict get $content shape]]}
    }
    refuse $root "there is no word $name"
}

proc bytes_in {content} {
    if {[dict exists $content block]} {return [bytes_at {*}[dict get $content block]]}
    return [binary decode base64 [dict get $content base64]]
}

proc dict_of_pairs {pairs root} {
    set dict {}
    foreach pair $pairs {
        lassign $pair key item
        if {[dict exists $dict $key]} {refuse $root "keys of a Map are the same text [shown $key] in Tcl"}
        dict set dict $key $item
    }
    return $dict
}

# Numbers as texts: Tcl's own of a double may be that of its neighbour.
proc numbers_in {bytes kind} {
    variable NUMBERS
    binary scan $bytes [dict get $NUMBERS $kind]* numbers
    if {[string match float* $kind]} {return [lmap number $numbers {float_in_text $number}]}
    return $numbers
}

proc float_in_text {number} {
    set text [computed_text $number]
    if {$text ne {}} {return $text}
    if {[string match *NaN* $number]} {return NaN}
    return $number
}

# The items of an array of several dimensions: numbers, or bytes of one each.
proc items_of_array {content} {
    set data [dict get $content data]
    if {[dict get $content type] in {uint8 bool}} {return [numbers_in $data uint8]}
    return $data
}

# Nested lists, row after row.
proc rows {items shape} {
    if {[llength $shape] == 0} {return [lindex $items 0]}
    for {set dimension [expr {[llength $shape] - 1}]} {$dimension > 0} {incr dimension -1} {
        set size [lindex $shape $dimension]
        set total [expr [join [lrange $shape 0 [expr {$dimension - 1}]] *]]
        set rows {}
        for {set row 0} {$row < $total} {incr row} {
            lappend rows [lrange $items [expr {$row * $size}] [expr {($row + 1) * $size - 1}]]
        }
        set items $rows
    }
    return $items
}
