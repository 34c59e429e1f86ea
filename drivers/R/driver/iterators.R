#: lazy
# Iterates for the host: over the items of a vector or list, the rows of a data frame, and what a function returns until that is NULL.

iterators <- list()

bond_iterate <- function(value) {
  if (!is.function(value) && !is.vector(value) && !is.list(value) && !is.factor(value)) {
    stop("a value of class ", class(value)[1L], " cannot be iterated over")
  }
  number <- next_number()
  iterators[[as.character(number)]] <<- list(value = value, index = 0L, size = if (is.data.frame(value)) nrow(value) else length(value))
  number
}

# The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds.
bond_next <- function(number, count) {
  key <- as.character(number)
  iterator <- iterators[[key]]
  if (!is.null(iterator$error)) {
    iterators[[key]] <<- NULL
    stop(iterator$error)
  }
  if (is.function(iterator$value)) return(next_results(key, iterator$value, count))
  last <- min(iterator$index + count, iterator$size)
  items <- items_of(iterator$value, iterator$index + seq_len(last - iterator$index))
  iterators[[key]]$index <<- last
  is_done <- last == iterator$size
  if (is_done) iterators[[key]] <<- NULL
  list(items, is_done)
}

items_of <- function(value, indices) {
  if (!is.data.frame(value)) return(lapply(indices, function(index) value[[index]]))
  value <- as.list(value)
  lapply(indices, function(index) lapply(value, function(column) column[[index]]))
}

next_results <- function(key, pull, count) {
  items <- list()
  stop_at <- NULL
  while (length(items) < count && (is.null(stop_at) || proc.time()[[3L]] < stop_at)) {
    item <- tryCatch(pull(), error = function(error) {
      if (length(items) == 0L) {
        iterators[[key]] <<- NULL
        stop(error)
      }
      structure(list(error), class = "_BOND_failure")
    })
    if (inherits(item, "_BOND_failure")) {
      iterators[[key]]$error <<- item[[1L]]
      break
    }
    if (is.null(item)) {
      close_iterator(key)
      return(list(items, TRUE))
    }
    items[[length(items) + 1L]] <- item
    if (is.null(stop_at)) stop_at <- proc.time()[[3L]] + 0.005
  }
  list(items, FALSE)
}

# Closes it, if it still exists.
bond_leave <- function(number) {
  key <- as.character(number)
  if (!is.null(iterators[[key]])) close_iterator(key)
  invisible()
}

# A function may have what is to be done at the end as its attribute `close`.
close_iterator <- function(key) {
  close <- attr(iterators[[key]]$value, "close")
  iterators[[key]] <<- NULL
  if (is.function(close)) close()
}
