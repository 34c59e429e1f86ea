# Many bytes, which cross beside the text that names them: in blocks.

variable takes_blocks 0 ;# whether the host accepts them
variable blocks         ;# those that have come, by number
variable used_blocks {} ;# those that what was decoded has named
variable block {}       ;# the pieces of the one beside the text that is being written
variable block_size 0
variable block_number 0

# Keeps what stands behind a line `BYTES - number length`. The heading may say what numbers they are, behind the length.
proc keep_block {number heading} {
    variable input
    variable blocks
    set blocks($number) [read $input [lindex [split $heading] 0]]
}

# Bytes that a word names.
proc bytes_at {number start length} {
    variable blocks
    variable used_blocks
    if {![info exists blocks($number)] || $start + $length > [string length $blocks($number)]} {
        refuse value "block $number has no such bytes"
    }
    if {$number ni $used_blocks} {lappend used_blocks $number}
    return [string range $blocks($number) $start [expr {$start + $length - 1}]]
}

# The messages that named them have been decoded.
proc forget_blocks {} {
    variable blocks
    variable used_blocks
    foreach number $used_blocks {unset -nocomplain blocks($number)}
    set used_blocks {}
}

# The place of bytes that are sent beside the text.
proc beside {bytes} {
    variable block
    variable block_size
    variable block_number
    if {[llength $block] == 0} {
        incr block_number
        set block_size 0
    }
    set start $block_size
    lappend block $bytes
    incr block_size [string length $bytes]
    return "\[$block_number,$start,[string length $bytes]\]"
}

# Sends the block that a message names. One of a text that could not be written is dropped.
proc say_block {message} {
    variable block
    variable block_size
    variable block_number
    variable output
    variable mark
    variable room
    set bytes [join $block {}]
    set block {}
    if {[string first "\"block\":\[$block_number," $message] < 0} return
    write_bytes "$mark*$block_number $block_size\n"
    set most [expr {$room - 8}]
    for {set start 0} {$start < $block_size} {incr start $most} {
        set piece [string range $bytes $start [expr {$start + $most - 1}]]
        write_bytes "$mark#[string length $piece]\n$piece"
    }
}
