# Agrees with the host, and says READY.

start <- function() {
  settings <- fields_of(sub("^OPEN ", "", readLines(input, 1L, TRUE, FALSE, "UTF-8")))
  prepare_locale()
  extended <<- "EJSON" %in% settings$protocols
  protocol <- c(intersect(settings$protocols, c("EJSON", "JSON")), NA)[1L]
  extended <<- identical(protocol, "EJSON")
  transparent <<- isTRUE(settings$transExcept)
  takes_parts <<- isTRUE(settings$parts)
  process <<- Sys.getpid()
  is_near <- is.null(settings$pid) || settings$pid == process
  if (!is_near) stand_behind_relay()
  open_streams(settings$mark)
  define_names()
  # The stack is what limits how deep calls go, and values, rather than R's count of evaluations.
  options(expressions = max(100000L, getOption("expressions")), warn = max(1L, getOption("warn")))
  .Internal(interruptsSuspended(TRUE))
  if (is_near) end_threads()
  say(paste0(
    "READY {\"protocol\":", spell(protocol), ",\"version\":\"", R.version$major, ".", R.version$minor, "\",\"pid\":", process,
    ",\"interrupt\":", if (is_near) "\"SIGINT\"" else "null", "}"
  ))
  .Internal(enableJIT(jit_level))
  serve("0", NULL)
}

# R leaves what waits (`Sys.sleep`, a socket) by a jump in the handler of SIGINT. Another thread that gets the signal jumps onto the stack
# of R's, which crashes. OpenBLAS has threads from the start, and gets along without them until it has large matrices to multiply.
end_threads <- function() {
  tryCatch({
    blas <- dyn.load(.Internal(eSoftVersion())[["BLAS"]])
    on.exit(dyn.unload(blas[["path"]]))
    .C("blas_thread_shutdown_", PACKAGE = blas[["name"]])
  }, error = function(error) NULL)
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
    "callback", "stream", "live", "hold", "held", "get", "set", "invoke", "apply", "hold_result", "catch", "raise", "iterate", "next", "leave", "convert", "dates", "frames", "load", "original"
  )
  tools <- new.env(parent = emptyenv())
  for (name in names) define_name(paste0("_BOND_", name), paste0("bond_", name), tools)
  attach(tools, name = "_BOND_driver", warn.conflicts = FALSE)
}

define_name <- function(name, own, tools) {
  force(own)
  delayedAssign(name, get(own, envir = driver), assign.env = tools)
}

busy <- has_live <- takes_parts <- converts <- decoding <- interrupted <- transparent <- extended <- FALSE
running <- "0"
stopped <- last_interrupted <- "" # requests
depth <- calls <- 0L
aside <- list()
process <- piece_size <- 0L
last_piece <- more_pieces <- ""
released <- integer()
nothing <- failed_link <- NULL
parts <- list()
