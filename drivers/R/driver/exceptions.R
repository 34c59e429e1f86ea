# Tells the host of whatever is thrown, and trusts nothing of what it says of itself.

LONGEST_TEXT <- 2^22 # of a message or a traceback, in characters
MOST_FRAMES <- 100L

remote_exception <- function(content, id) {
  structure(
    class = c("_BOND_RemoteException", "error", "condition"),
    list(message = content$message, call = NULL, data = if (is.null(content$data)) content$message else content$data, type = content$type, stack = content$stack, id = id)
  )
}

# The reply for an exception, which `failure` has with the calls that it has passed.
report <- function(verb, request, failure) {
  error <- failure$error
  if (decoding) {
    decoding <<- FALSE
    return(reply_error(request, paste0("what the host sent cannot be decoded: ", message_of(error)), NULL))
  }
  if (inherits(error, "_BOND_SerializationException")) return(reply_error(request, message_of(error), unclass(error)$id))
  describe(request, error, message_of(error), failure, verb %in% HOLDING)
}

reply_error <- function(request, message, id) {
  paste0("ERROR ", request, " {\"message\":", spell_texts(in_words(message)), ",\"call\":", if (is.null(id)) "null" else id, "}")
}

message_of <- function(error) {
  text <- tryCatch(as.character(conditionMessage(error)), error = function(e) NULL)
  if (length(text) == 0L || is.na(text[1L])) paste0("(", class(error)[1L], ", whose text cannot be had)") else in_words(text[1L])
}

# Any text as valid Unicode.
in_words <- function(text) {
  text <- enc2utf8(text)
  if (Encoding(text) == "bytes" || !validUTF8(text)) text <- iconv(text, "UTF-8", "UTF-8", sub = "byte")
  if (nchar(text) > LONGEST_TEXT) paste(substr(text, 1L, LONGEST_TEXT / 2), "[...]", substr(text, nchar(text) - LONGEST_TEXT / 2 + 1, nchar(text))) else text
}

describe <- function(request, error, message, failure, is_held) {
  is_remote <- inherits(error, "_BOND_RemoteException")
  classes <- class(error)
  type <- if (is_remote && is.character(unclass(error)$type)) unclass(error)$type else classes[1L]
  frames <- tryCatch(frames_of(failure), error = function(e) list())
  fields <- c(
    type = spell_texts(in_words(type)), message = spell_texts(message),
    traceback = spell_texts(traceback_of(error, message, frames)),
    call = if (is_remote) as.character(unclass(error)$id) else "null"
  )
  if (!is_remote) fields["types"] <- listed(spell_texts(vapply(setdiff(classes, "condition"), in_words, "")))
  if (length(frames) > 0L) fields["frames"] <- spell_frames(frames)
  if (transparent) {
    data <- tryCatch(encode(if (is_remote) unclass(error)$data else error, "exception"), "_BOND_SerializationException" = identity)
    if (!is.character(data)) return(reply_error(request, paste0(data$message, " (transExcept); it says: ", message), NULL))
    fields["data"] <- data
  }
  if (is_held && !is.null(failed_link)) fields["link"] <- paste0("[", failed_link, "]")
  failed_link <<- NULL
  if (is_held) fields["exception"] <- paste0("[", bond_hold(error), ",", fields[["type"]], "]")
  paste0("EXCEPT ", request, " {", paste0("\"", names(fields), "\":", fields, collapse = ","), "}")
}

# Where an exception has been, from where it was thrown outwards: name, file, line.
frames_of <- function(failure) {
  calls <- as.list(failure$calls)
  wanted <- program_calls(calls)
  frames <- lapply(rev(wanted), function(index) {
    place <- if (index < length(calls)) place_of(calls[[index + 1L]])
    if (is.null(place)) place <- place_of(calls[[index]])
    c(list(name_of(calls[[index]])), place)
  })
  more <- length(frames) - MOST_FRAMES
  if (more > 0L) c(frames[seq_len(MOST_FRAMES / 2)], more, frames[length(frames) - (MOST_FRAMES / 2 - 1L):0]) else frames
}

OWN_CALLS <- c("attempt", "prepare", "prepare_code", "prepare_block", "prepare_call", "prepare_other", "parse_code", "str2expression", "callable", "reply_with", "encode", "eval", "_BOND_run", "_BOND_run_file", "withVisible")
LAST_CALLS <- c("stop", ".handleSimpleError", "h", "handler", "call_host", "told", "signalCondition", "doWithOneRestart", "withOneRestart", "withRestarts", "warning", "(function)", "bond_raise")

# The indices of those between the driver's.
program_calls <- function(calls) {
  names <- vapply(calls, name_of, "")
  first <- 0L
  last <- length(calls)
  while (first < last && names[first + 1L] %in% OWN_CALLS) first <- first + 1L
  while (last > first && names[last] %in% LAST_CALLS) last <- last - 1L
  if (any(ours <- names[seq_len(last)] == "call_host")) last <- max(first, which(ours)[1L] - 1L)
  if (last > first) (first + 1L):last else integer()
}

place_of <- function(call) {
  source <- attr(call, "srcref")
  if (is.null(source)) return(NULL)
  file <- attr(source, "srcfile")$filename
  list(if (is.null(file)) "" else file, as.integer(source)[1L])
}

name_of <- function(call) {
  name <- if (is.call(call)) call[[1L]] else call
  in_words(if (is.symbol(name)) as.character(name) else if (is.function(name)) "(function)" else deparse(name, 60L, nlines = 1L)[1L])
}

spell_frames <- function(frames) {
  listed(vapply(frames, function(frame) {
    if (!is.list(frame)) return(as.character(frame))
    if (length(frame) == 1L) return(listed(spell_texts(frame[[1L]])))
    paste0("[", spell_texts(frame[[1L]]), ",", spell_texts(in_words(frame[[2L]])), ",", frame[[3L]], "]")
  }, ""))
}

traceback_of <- function(error, message, frames) {
  lines <- vapply(frames, function(frame) {
    if (!is.list(frame)) return(paste0("  ... ", frame, " more"))
    paste0("  ", frame[[1L]], if (length(frame) > 1L) paste0(" (", frame[[2L]], ":", frame[[3L]], ")"))
  }, "")
  paste0(c(paste0(class(error)[1L], ": ", message), lines, ""), collapse = "\n")
}
