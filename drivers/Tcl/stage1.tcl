fconfigure stdin -translation binary; fconfigure stdout -translation binary; puts "\x1e@HEAD@[format %s @TAIL@] STAGE1"; flush stdout; namespace eval ::_BOND_ [read stdin @LENGTH@]
