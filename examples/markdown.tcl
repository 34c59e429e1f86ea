# A page in Markdown becomes HTML: tclsh markdown.tcl page.md

package require Markdown

set file [open [lindex $argv 0]]
fconfigure $file -encoding utf-8
fconfigure stdout -encoding utf-8
puts [Markdown::convert [read $file]]
close $file
