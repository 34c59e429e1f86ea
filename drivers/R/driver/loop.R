# Frames: takes messages, sets them aside, and replies.

# The next message for a frame. What belongs to another one waits until it is its turn.
take <- function(frame) {
  repeat {
    if (length(aside) > 0L && !is.null(waiting <- aside[[frame]])) {
      aside[[frame]] <<- if (length(waiting) > 1L) waiting[-1L]
      return(waiting[[1L]])
    }
    line <- .Internal(readLines(input, 1L, TRUE, FALSE, "UTF-8", FALSE))
    if (length(line) == 0L) leave()
    if (line == "") next
    message <- cut_line(line)
    if (message[2L] == frame) return(message)
    set_aside(message)
  }
}

set_aside <- function(message) {
  switch(message[1L],
    END = leave(),
    RELEASE = release(message[3L]),
    BYTES = take_block(message[3L], message[4L]),
    INTERRUPT = take_interrupt(message[3L], message[4L]),
    aside[[message[2L]]] <<- c(aside[[message[2L]]], list(message))
  )
}

# The host has closed the bond. Exit hooks run.
leave <- function() quit("no", 0L, TRUE)

# Carries out what the host asks for in this frame, until it replies to the call that opened the frame.
serve <- function(frame, opening) {
  outer <- running
  depth <<- depth + 1L
  if (!is.null(opening)) say(opening)
  repeat {
    message <- take(frame)
    verb <- message[1L]
    if (message[3L] == "0") {
      aside[[frame]] <<- NULL
      depth <<- depth - 1L
      busy <<- TRUE
      running <<- outer
      return(message[c(1L, 4L)])
    }
    if (verb == "PART") {
      take_part(message[3L], message[4L])
      next
    }
    running <<- message[3L]
    was_interrupted <- interrupted
    interrupted <<- FALSE
    level <- depth
    reply <- attempt(verb, message[3L], message[4L])
    .Internal(interruptsSuspended(TRUE))
    busy <<- FALSE
    depth <<- level
    say(if (is.list(reply)) conclude(verb, message[3L], reply) else reply)
    running <<- outer
    interrupted <<- was_interrupted
  }
}

# Carries out a request; returns the reply, or what was thrown. Handlers of code that waits for the host have no say in it, and jumps
# do not lead out of it. Nothing is described where it was thrown: the stack may be full. R's stack is short, and so this calls R's
# internal functions: each function between costs levels.
attempt <- function(verb, id, payload) {
  reply <- NULL
  level <- sys.nframe()
  delayedAssign("back", return(reply))
  on.exit(if (is.null(reply)) return(jumped()))
  .Internal(.resetCondHands(NULL))
  handler <- function(error) {
    .Internal(interruptsSuspended(TRUE))
    # R looks through the whole stack for each call, so all calls of a deep one take long.
    calls <- vector("list", size <- sys.nframe() - level)
    if (size > 300L) calls <- sys.calls()[-seq_len(level)] else for (index in seq_len(size)) calls[[index]] <- sys.call(level + index)
    reply <<- list(error = error, calls = calls)
    back
  }
  .Internal(.addCondHands(HANDLED, list(handler, handler, warned), globalenv(), NULL, TRUE))
  expression <- prepare(verb, id, payload)
  busy <<- TRUE
  .Internal(interruptsSuspended(FALSE))
  value <- .Internal(eval(expression, .GlobalEnv, .BaseNamespaceEnv))
  .Internal(interruptsSuspended(TRUE))
  busy <<- FALSE
  reply <- reply_with(verb, id, value)
}

HANDLED <- c("error", "interrupt", "warning")

# A warning of code that is in no function would name the driver's, as the one that has given it.
warned <- function(warning) {
  becomes_error <- is.numeric(limit <- getOption("warn")) && limit >= 2
  if (becomes_error || !identical(conditionCall(warning), quote(attempt(verb, message[3L], message[4L])))) return()
  .Internal(.dfltWarn(conditionMessage(warning), NULL))
  invokeRestart("muffleWarning")
}

reply_with <- function(verb, id, value) {
  switch(verb,
    CALL = , EVAL = paste0("RETURN ", id, " ", if (takes_parts && is_long(value)) say_parts(id, value) else encode(value)),
    EVAL_BLOCK = , EXPORT = , EVAL_BLOCK_HOLD = paste0("RETURN ", id, " "),
    paste0("RETURN ", id, " ", if (inherits(value, "_BOND_kept")) kept_reply(value[[1L]]) else with_held(value))
  )
}

jumped <- function() {
  error <- simpleError("a jump (a restart, or a handler) leads out of what the host has called")
  list(error = error, calls = list())
}

kept_reply <- function(value) paste0("[[null],[[[0],", bond_hold(value), ",", spell_texts(described_shortly(value)), "]]]")

is_long <- function(value) {
  if (converts || !is.null(attributes(value))) return(FALSE)
  if (length(value) > 1024L) is.list(value) || is.atomic(value) && !is.raw(value) else is.character(value) && length(value) == 1L && !is.na(value) && nchar(value, "bytes") > 262144L
}

HOLDING <- c("CHAIN", "EVAL_HOLD", "CALL_HOLD", "EVAL_BLOCK_HOLD")

conclude <- function(verb, request, failure) {
  if (inherits(failure$error, "interrupt")) stopped <<- request
  tryCatch(report(verb, request, failure), error = function(error) {
    paste0("EXCEPT ", request, " {\"message\":\"an exception that cannot be described\"}")
  })
}
