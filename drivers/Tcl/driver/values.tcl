# What all values need: errors that say where they are, and values with a type.

# What begins a value that has a type. It is unlikely in any text.
variable typed_mark {}
# What null arrives as; without it, null is an error.
variable null {}
variable has_null 0

variable DEEPEST 1000 ;# the deepest that values may be nested

proc refuse {path reason} {
    return -code error -errorcode _BOND_SerializationException "$path: $reason"
}

# The path of what a key or an index leads to.
proc below {path key} {
    if {[string is digit -strict $key]} {return "$path\[$key\]"}
    if {[regexp {^[A-Za-z_]\w*$} $key]} {return $path.$key}
    return "$path\[[quoted [in_words $key]]\]"
}

# Whether each half of a surrogate pair has its other half.
proc is_text {text} {
    if {![regexp {[\ud800-\udfff]} $text]} {return 1}
    regsub -all {[\ud800-\udbff][\udc00-\udfff]} $text {} rest
    return [expr {![regexp {[\ud800-\udfff]} $rest]}]
}

# Any string as text.
proc in_words {text} {
    if {[is_text $text]} {return $text}
    set words {}
    foreach part [regexp -all -inline {[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]|[^\ud800-\udfff]+} $text] {
        if {[is_text $part]} {append words $part} else {append words [format {\u%04x} [scan $part %c]]}
    }
    return $words
}

# A value that has a type: it is a text until it crosses.
proc typed {type value} {
    variable typed_mark
    return $typed_mark[list $type $value]
}

proc is_typed {value} {
    variable typed_mark
    return [string equal -length [string length $typed_mark] $typed_mark $value]
}

# The type and the value of such a text.
proc type_and_value {value} {
    variable typed_mark
    return [string range $value [string length $typed_mark] end]
}

# What the program gets of a value with a type: the value.
proc plain {value} {
    variable typed_mark
    if {[string first $typed_mark $value] < 0} {return $value}
    if {![is_typed $value]} {return [lmap item $value {plain $item}]}
    return [plain [lindex [type_and_value $value] 1]]
}
