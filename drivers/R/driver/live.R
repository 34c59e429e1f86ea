#: lazy
# Objects of the host as objects here: what is done with one is asked of the host, which checks what may be touched.

# An object that the host has lent by a function: an environment, or a function if it can be called. R has no weak references, by which
# it could be the same as before when it is lent again; `==` tells that two are the same object.
bond_live <- function(number, flags, name, identity) {
  if (!has_live) register_live()
  has_live <<- TRUE
  lent <- list2env(list(number = number, flags = flags, name = name, identity = identity), parent = driver)
  reg.finalizer(lent, let_go)
  inside <- list2env(list(lent = lent), parent = driver)
  live <- if (can(lent, "c")) eval(quote(function(...) ask_live(lent, "call", NULL, in_order(list(...)))), inside) else inside
  class(live) <- "_BOND_live"
  live
}

is_live <- function(value) has_live && inherits(value, "_BOND_live")

lent_as <- function(live) get("lent", envir = if (is.function(live)) environment(live) else live)

can <- function(lent, flag) grepl(flag, lent$flags, fixed = TRUE)

ask_live <- function(lent, what, ...) call_host(lent$number, list(what, ...), title_of(lent), can(lent, "h"))

title_of <- function(lent) paste0("<", lent$name, " of the host>")

# Arguments by name are one behind the others.
in_order <- function(arguments) {
  keys <- names(arguments)
  if (is.null(keys)) return(arguments)
  c(unname(arguments[keys == ""]), list(arguments[keys != ""]))
}

# What `live` objects do with functions of R that have methods.
register_live <- function() {
  methods <- list(
    `$` = live_property, `$<-` = set_live_property, `[[` = live_item, `[[<-` = set_live_item, length = live_length, names = live_names,
    as.list = live_list, as.character = live_text, format = live_text, print = print_live, Ops = compare_live
  )
  for (name in names(methods)) registerS3method(name, "_BOND_live", methods[[name]])
}

# As in lists of R, what is not there is NULL. Names that begin with `_` are never asked for.
live_property <- function(x, name) if (!startsWith(name, "_")) found_in(ask_live(lent_as(x), "get", name))

found_in <- function(found) if (length(found) > 0L) found[[1L]]

set_live_property <- function(x, name, value) {
  ask_live(lent_as(x), "set", name, list(value))
  x
}

# Items in order are counted from 1.
item_key <- function(lent, index) {
  if (length(index) != 1L) stop(title_of(lent), ": an item has one index")
  if (!is.numeric(index) || !can(lent, "s")) return(index)
  if (index < 1) stop(title_of(lent), ": subscript out of bounds: ", index)
  index - 1
}

live_item <- function(x, i, ...) {
  lent <- lent_as(x)
  found <- ask_live(lent, "item", item_key(lent, i))
  if (length(found) == 0L && is.numeric(i)) stop(title_of(lent), ": subscript out of bounds: ", i)
  found_in(found)
}

set_live_item <- function(x, i, value) {
  lent <- lent_as(x)
  ask_live(lent, "setItem", item_key(lent, i), list(value))
  x
}

live_length <- function(x) {
  lent <- lent_as(x)
  if (can(lent, "l")) as.integer(ask_live(lent, "length")) else 1L
}

live_names <- function(x) {
  lent <- lent_as(x)
  if (!can(lent, "s")) as.character(ask_live(lent, if (can(lent, "i")) "itemKeys" else "keys"))
}

# The items, or else the properties. `lapply`, `sapply` and their like go through these.
live_list <- function(x, ...) {
  lent <- lent_as(x)
  if (!can(lent, "i")) return(sapply(live_names(x), function(name) live_property(x, name), simplify = FALSE))
  take_more <- get("take_more", envir = environment(ask_live(lent, "iterate")))
  batches <- list()
  repeat {
    batch <- take_more(256)
    batches <- c(batches, list(list_of(batch[[1L]])))
    if (batch[[2L]]) return(do.call(c, batches))
  }
}

live_text <- function(x, ...) {
  lent <- lent_as(x)
  found <- ask_live(lent, "text")
  if (length(found) > 0L) found[[1L]] else title_of(lent)
}

print_live <- function(x, ...) {
  cat(title_of(lent_as(x)), "\n", sep = "")
  invisible(x)
}

compare_live <- function(e1, e2) {
  is_same <- is_live(e1) && is_live(e2) && lent_as(e1)$identity == lent_as(e2)$identity
  switch(.Generic, `==` = is_same, `!=` = !is_same, stop(.Generic, " is not known for objects of the host"))
}

# A result with such objects in it: behind it, where they are. What else cannot cross is an error.
result_with_live <- function(value) {
  found <- without_held_in(list(value), FALSE)
  text <- spell_list(found$plain)
  if (is.na(text)) explain(found$plain[[1L]], "result", 0L)
  paste0("@[", text, ",", found$places, "]")
}
