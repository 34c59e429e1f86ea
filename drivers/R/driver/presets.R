#: lazy
# Functions that the code of presets calls.

bond_dates <- function(fractions = "") {
  force(fractions)
  function(value) {
    if (inherits(value, "Date")) return(format(value))
    value <- as.POSIXct(value)
    if (fractions == "" || !anyNA(spell_times(unclass_all(value)))) return(.POSIXct(unclass_all(value), "UTC"))
    if (fractions == "text") return(format(value, "%Y-%m-%dT%H:%M:%OS6Z", tz = "UTC"))
    .POSIXct(floor(unclass_all(value) * 1000) / 1000, "UTC")
  }
}

bond_frames <- function(frames = "") {
  as_records <- frames != "columns"
  function(value) {
    columns <- lapply(as.list(value), function(column) if (is.factor(column)) as.character(column) else column)
    if (is.character(attr(value, "row.names"))) columns <- c(list(`_row` = row.names(value)), columns)
    if (as_records) return(lapply(seq_len(nrow(value)), function(row) lapply(columns, function(column) column[[row]])))
    lapply(columns, function(column) if (is.atomic(column)) I(column) else column)
  }
}
