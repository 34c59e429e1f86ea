# Evaluates its argument, and prints the value.
puts [eval [lindex $argv 0]]
