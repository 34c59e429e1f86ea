# The limit of output: nothing else goes over the pipe.
fconfigure stdout -buffering line
while {[gets stdin line] >= 0} {
    for {set i 0} {$i < $line} {incr i} {puts [string repeat x 999]}
}
