#: lazy
# Holds what cannot cross, and says in which places of a result, or of arguments, it was.

# The text of a list with the value, and what is held in the place of what cannot cross: paths, numbers, and what that is in words.
with_held <- function(value) {
  if (converts) value <- converted(value, "value")
  text <- spell(value)
  if (!is.na(text)) return(paste0("[[", text, "]]"))
  found <- without_held_in(list(value))
  paste0("[", encode(found$plain, "value"), ",", found$places, "]")
}

# What remains in them, and the places: of objects of the host, and of what cannot cross if that is to be held.
without_held_in <- function(values, is_holding = TRUE) {
  places <- character()
  note <- function(number, words, path) {
    places <<- c(places, paste0("[[", paste0(path, collapse = ","), "],", number, ",", spell_texts(words), "]"))
    NULL
  }
  hold_at <- function(value, path) if (is_holding) note(bond_hold(value), described_shortly(value), path) else value
  walk <- function(value, path) {
    if (is_live(value)) return(note(-lent_as(value)$number, lent_as(value)$name, path))
    if (!is.na(spell(value))) return(value)
    if (length(path) > 300L || !is.list(value) || is.object(value) || !has_only(value, "names")) return(hold_at(value, path))
    keys <- names(value)
    if (anyDuplicated(keys) || anyNA(keys) || anyNA(spell_texts(as.character(keys)))) return(hold_at(value, path))
    for (index in seq_along(value)) {
      step <- if (is.null(keys)) as.character(index - 1L) else spell_texts(keys[index])
      value[index] <- list(walk(.subset2(value, index), c(path, step)))
    }
    value
  }
  for (index in seq_along(values)) values[index] <- list(walk(values[[index]], as.character(index - 1L)))
  list(plain = values, places = listed(places))
}

described_shortly <- function(value) in_words(class(value)[1L])
