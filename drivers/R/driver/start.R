# Agrees with the host, and says READY.

start <- function() {
  settings <- fields_of(sub("^OPEN ", "", readLines(input, 1L, TRUE, FALSE, "UTF-8")))
  prepare_locale()
  extended <<- "EJSON" %in% settings$protocols
  protocol <- c(intersect(settings$protocols, c("EJSON", "JSON")), NA)[1L]
  extended <<- identical(protocol, "EJSON")
  transparent <<- isTRUE(settings$transExcept)
  takes_parts <<- isTRUE(settings$parts)
  open_streams(settings$mark)
  define_names()
  # The stack is what limits how deep calls go, and values, rather than R's count of evaluations.
  options(expressions = max(100000L, getOption("expressions")), warn = max(1L, getOption("warn")))
  .Internal(interruptsSuspended(TRUE))
  is_near <- is.null(settings$pid) || settings$pid == process
  say(paste0(
    "READY {\"protocol\":", spell(protocol), ",\"version\":\"", R.version$major, ".", R.version$minor, "\",\"pid\":", process,
    ",\"interrupt\":", if (is_near) "\"SIGINT\"" else "null", "}"
  ))
  .Internal(enableJIT(jit_level))
  serve("0", NULL)
}

fields_of <- function(text) {
  extended <<- FALSE
  settings <- read_json(text)
  settings$protocols <- as.character(settings$protocols)
  settings
}

# Text is UTF-8: as in Python, a locale that knows no letters but those of ASCII is not taken at its word.
prepare_locale <- function() {
  if (!l10n_info()[["UTF-8"]] && Sys.getlocale("LC_CTYPE") %in% c("C", "POSIX")) {
    for (name in c("C.UTF-8", "en_US.UTF-8", "UTF-8")) if (suppressWarnings(Sys.setlocale("LC_CTYPE", name)) != "") break
  }
}

# Names for code of the host, on the search path.
define_names <- function() {
  names <- c(
    "callback", "stream", "hold", "held", "get", "set", "invoke", "apply", "hold_result", "catch", "raise", "iterate", "next", "leave", "convert", "dates", "frames"
  )
  tools <- new.env(parent = emptyenv())
  for (name in names) define_name(paste0("_BOND_", name), paste0("bond_", name), tools)
  attach(tools, name = "_BOND_driver", warn.conflicts = FALSE)
}

define_name <- function(name, own, tools) {
  force(own)
  delayedAssign(name, get(own, envir = driver), assign.env = tools)
}

busy <- takes_parts <- converts <- decoding <- has_notice <- interrupted <- transparent <- extended <- FALSE
running <- "0"
depth <- calls <- 0L
aside <- list()
process <- piece_size <- 0L
last_piece <- more_pieces <- ""
released <- integer()
nothing <- failed_link <- NULL
parts <- list()
