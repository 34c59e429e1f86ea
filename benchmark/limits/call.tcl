# The limit: one line a call, one line an answer, and nothing else.
package require json
package require json::write

proc add {a b} {expr {$a + $b}}
proc same {value} {json::write string $value}

fconfigure stdin -encoding utf-8
fconfigure stdout -encoding utf-8 -buffering line
while {[gets stdin line] >= 0} {
    lassign [json::json2dict $line] name arguments
    puts [$name {*}$arguments]
}
