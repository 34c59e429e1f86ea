#: lazy
# Writes lists of records.

# The texts of records that are alike: of the same names, with single values of the same types under each. They are written column by
# column; to call `spell` for each value takes several times as long. Nothing if they are not alike.
spell_records <- function(records) {
  first <- .subset2(records, 1L)
  keys <- names(first)
  if (!is.list(first) || length(keys) == 0L || length(attributes(first)) != 1L || !all(vapply(records, is.list, NA))) return(NULL)
  if (length(unique(lapply(records, attributes))) != 1L) return(NULL)
  fields <- unlist(records, recursive = FALSE, use.names = FALSE)
  if (any(lengths(fields) != 1L) || !all(vapply(lapply(fields, attributes), is.null, NA))) return(NULL)
  types <- vapply(fields, typeof, "")
  dim(fields) <- dim(types) <- c(length(keys), length(records))
  if (!all(types == types[, 1L]) || !all(types[, 1L] %in% PLAIN_TYPES)) return(NULL)
  # What cannot cross is found where each value is looked at.
  if (anyNA(keys <- spell_keys(keys))) return(NULL)
  texts <- "{"
  for (index in seq_along(keys)) {
    column <- spell_atoms(unlist(fields[index, ], use.names = FALSE))
    if (anyNA(column)) return(NULL)
    texts <- paste0(texts, if (index > 1L) ",", keys[index], ":", column)
  }
  paste0(texts, "}")
}

PLAIN_TYPES <- c("double", "integer", "logical", "character")
