#: lazy
# Does what the host wants done with an object, link by link.

run_chain <- function(start, links) {
  failed_link <<- NULL
  value <- follow(start, links)
  if (length(links) == 0L) structure(list(value), class = "_BOND_kept") else value
}

# What a chain comes to, from code, or from what is imported.
follow <- function(start, links, is_inside = FALSE) {
  value <- if (length(start) == 1L) referred(start) else imported(start[[2L]])
  for (index in seq_along(links)) {
    value <- withCallingHandlers(linked(value, links[[index]], index), error = function(error) {
      if (!is_inside && is.null(failed_link)) failed_link <<- index - 1L
    })
  }
  value
}

linked <- function(value, link, index) {
  kind <- link[[1L]]
  if (kind == "get") return(bond_get(value, link[[2L]]))
  arguments <- if (length(link) > 2L) list_of(link[[3L]])
  named <- if (length(link) > 4L) as.list(link[[5L]])
  if (length(link) > 3L) for (reference in link[[4L]]) {
    path <- reference[[1L]]
    if (identical(path[[1L]], "kwargs")) named <- put_at(named, path[-1L], referred(reference[[2L]]))
    else arguments <- list_of(put_at(arguments, path, referred(reference[[2L]])))
  }
  given <- lapply(c(arguments, named), quoted)
  code <- switch(kind,
    item = as.call(c(quote(`[[`), quote(value), given)),
    invoke = as.call(c(quote(bond_invoke), quote(value), link[[2L]], given)),
    new = as.call(c(quote(new_of), quote(value), given)),
    as.call(c(quote(value), given))
  )
  eval(code)
}

new_of <- function(generator, ...) {
  if (isS4(generator) && "new" %in% names(attributes(generator))) generator$new(...) else generator(...)
}

# A package by its name, with what it exports and its data sets; or else an object of the program.
imported <- function(name) {
  if (requireNamespace(name, quietly = TRUE)) return(asNamespace(name))
  if (exists(name, envir = globalenv())) return(get(name, envir = globalenv()))
  stop("there is no package called '", name, "', and no object of that name")
}
