#: lazy
# Interrupts. SIGINT stops whatever code of the program runs, and does not say what it is meant for. So a line of the host and a signal
# are a pair: nothing is run between them, and the host sends no other pair before it knows that both have come.

LATEST <- 3 # seconds, until a signal comes that the host sends behind its line
UNSURE <- 0.2 # the same where it may have come: the host has repeated a line that was not read for seconds

# The host has sent a line, and sends a signal. That has come if it has stopped the request; if not, it is waited for. A request that
# waits for the host hears of it when it goes on.
take_interrupt <- function(request, serial) {
  if (request != stopped) absorb_interrupt(if (request == last_interrupted) UNSURE else LATEST)
  stopped <<- ""
  last_interrupted <<- request
  if (request == running && depth > 1L) interrupted <<- TRUE
  say(paste0("INTERRUPTED ", serial))
}

# Waits for a signal, and forgets it. A sleep of some length would be woken by it in another way, which is not safe where there are
# threads: see `end_threads`.
absorb_interrupt <- function(longest) {
  has_come <- FALSE
  end <- proc.time()[[3L]] + longest
  while (!has_come && proc.time()[[3L]] < end) {
    tryCatch({
      .Internal(interruptsSuspended(FALSE))
      Sys.sleep(0)
      .Internal(interruptsSuspended(TRUE))
    }, interrupt = function(condition) {
      .Internal(interruptsSuspended(TRUE))
      has_come <<- TRUE
    })
  }
}
