# Functions of the host: makes them, and calls the host.

# Calls the host, and waits for the reply.
call_host <- function(name, arguments, shown = name, is_holding = FALSE) {
  outer <- .Internal(interruptsSuspended(TRUE))
  on.exit(.Internal(interruptsSuspended(outer)))
  if (!busy) stop(shown, " is a function of the host: it cannot be called in the middle of an exchange with it", call. = FALSE)
  if (Sys.getpid() != process) stop(shown, " is a function of the host: a forked process cannot call it", call. = FALSE)
  need_room()
  payload <- encode_call(name, arguments, shown, is_holding)
  frame <- as.character(calls <<- calls + 1L)
  reply <- serve(frame, paste0("CALL ", frame, " ", running, " ", payload))
  if (interrupted) {
    interrupted <<- FALSE
    stop(structure(class = c("interrupt", "condition"), list(message = "", call = NULL)))
  }
  told(frame, reply[1L], reply[2L])
}

# An error now, while the conversation is in step, rather than in the middle of an exchange.
need_room <- function() {
  info <- Cstack_info()
  if (!is.na(info[2L]) && info[2L] > info[1L] - ROOM) stop("C stack usage is too close to the limit: calls are nested too deep", call. = FALSE)
  if (info[4L] > getOption("expressions", 5000L) - 150L) stop("evaluation nested too deeply: calls are nested too deep", call. = FALSE)
}

ROOM <- 1e6 # bytes

encode_call <- function(name, arguments, shown, is_holding) {
  root <- paste0(shown, "(): args")
  keys <- names(arguments)
  if (is.null(keys)) return(paste0("[", spell(name), ",", encode_arguments(arguments, root, is_holding, FALSE), "]"))
  is_named <- keys != ""
  arguments <- c(unname(arguments[!is_named]), if (any(is_named)) list(arguments[is_named]))
  paste0("[", spell(name), ",", encode_arguments(arguments, root, is_holding, any(is_named)), if (any(is_named)) ",true", "]")
}

# The text of arguments, and behind it of what is held in the places of those that cannot cross, and of objects of the host.
encode_arguments <- function(arguments, root, is_holding, is_named) {
  if (converts) arguments <- converted(arguments, root)
  text <- spell_list(arguments)
  if (!is.na(text)) return(if (is_named) paste0(text, ",null") else text)
  if (!is_holding && !has_live) explain(arguments, root, 0L)
  found <- without_held_in(arguments, is_holding)
  text <- spell_list(found$plain)
  if (is.na(text)) explain(found$plain, root, 0L)
  paste0(text, ",", found$places)
}

# What the host has replied: its function's result, or an exception.
told <- function(frame, verb, payload) {
  content <- tryCatch(decode(payload), error = function(error) {
    decoding <<- FALSE
    stop(serialization_exception(paste0("what the host sent cannot be decoded: ", conditionMessage(error))))
  })
  if (verb == "RETURN") return(content)
  if (verb == "RETURN_WITH") return(with_references(content))
  stop(if (verb == "ERROR") serialization_exception(content$message, frame) else remote_exception(content, frame))
}

# Defines a function that calls the host.
export <- function(name, is_holding = FALSE) {
  if (!is_name(name)) {
    stop(encodeString(as.character(name), quote = "'"), " is not a valid name for a function")
  }
  assign(name, stub_for(name, is_holding), envir = globalenv())
}

# Names that begin with `_` have to be written in backquotes.
is_name <- function(name) {
  is.character(name) && length(name) == 1L && name != "..." && (make.names(name) == name || grepl("^_BOND_[A-Za-z_]+$", name))
}

stub_for <- function(name, is_holding) {
  force(name)
  force(is_holding)
  function(...) call_host(name, list(...), name, is_holding)
}
