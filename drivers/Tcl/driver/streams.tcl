# The ways to the host and the program's own: what is said goes to the host, and what is printed goes out immediately.
#
# The driver is in the interpreter that tclsh has started, and your program in a second one, `program`. Channels have a state that both
# share. So messages have a channel of their own where one can be opened.

variable input
variable output
variable mark
variable room
variable owns_output 1
variable released {}

# Opens the descriptors once more, and puts /dev/null in the place of standard input.
proc open_streams {text is_near} {
    variable input
    variable output
    variable mark $text
    variable room [expr {4096 - [string length $text] - 2}]
    variable owns_output
    # A socket cannot be opened by its name.
    if {!$is_near || [catch {open /dev/stdin r} input]} {set input [stand_behind_relay]}
    close stdin
    open /dev/null r
    if {[catch {open /dev/stdout WRONLY} output]} {
        set output stdout
        set owns_output 0
    }
    fconfigure $input -translation binary ;# a channel's own decoding breaks pairs of surrogates at the end of its buffer
    fconfigure $output -translation binary -buffering full -buffersize 65536
    fconfigure stdout -encoding utf-8 -translation lf -buffering none
    fconfigure stderr -encoding utf-8
}

# Sends one message to the host, after everything that was printed before it.
proc say {message} {
    variable released
    if {[llength $released] > 0} {say_released}
    variable used_blocks
    if {[llength $used_blocks] > 0} forget_blocks
    variable owns_output
    if {!$owns_output} {return [say_on_stdout $message]}
    catch {flush stdout}
    variable output
    variable mark
    variable room
    variable block
    if {[llength $block] > 0} {say_block $message}
    set bytes [encoding convertto utf-8 $message]
    if {[string length $bytes] > $room || [catch {puts $output "$mark $bytes"; flush $output}]} {write $bytes}
}

proc say_released {} {
    variable released
    variable block
    set numbers $released
    set released {}
    set kept $block ;# it belongs to the message behind this
    set block {}
    say "RELEASE [join $numbers]"
    set block $kept
}

# The channel is the program's, too: it finds it as it has left it.
proc say_on_stdout {message} {
    catch {flush stdout}
    set before [fconfigure stdout]
    fconfigure stdout -translation binary -buffering full
    variable block
    if {[llength $block] > 0} {say_block $message}
    write [encoding convertto utf-8 $message]
    foreach name {-encoding -translation -buffering} {fconfigure stdout $name [dict get $before $name]}
}

# Writes a message in pieces so short that the system never mixes them with what others write.
proc write {bytes} {
    variable output
    variable mark
    variable room
    set size [string length $bytes]
    for {set start 0} {$start + $room < $size} {incr start $room} {
        write_piece + [string range $bytes $start [expr {$start + $room - 1}]]
    }
    write_piece { } [string range $bytes $start end]
}

proc write_piece {kind bytes} {
    variable mark
    write_bytes "$mark$kind$bytes\n"
}

proc write_bytes {bytes} {
    variable output
    if {[catch {puts -nonewline $output $bytes; flush $output}]} {exit 1} ;# the host is gone
}
