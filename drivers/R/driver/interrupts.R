#: lazy
# Interrupts that come too late.

# The signal of an interrupt may be here still, though the code that was meant is done.
forget_interrupts <- function() {
  has_notice <<- FALSE
  tryCatch({
    .Internal(interruptsSuspended(FALSE))
    Sys.sleep(0)
    .Internal(interruptsSuspended(TRUE))
  }, interrupt = function(condition) .Internal(interruptsSuspended(TRUE)))
}

# The host wants a request stopped that waits for it: that hears of it when it goes on.
note_interrupt <- function(request) {
  has_notice <<- TRUE
  if (request == running && depth > 1L) interrupted <<- TRUE
}
