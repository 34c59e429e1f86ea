#: lazy
# Reads decimal numbers exactly. R's own reader rounds twice, so that one in some thousands is the neighbour of what it should be.

TEN_TO <- c(1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22)

exact_numbers <- function(texts) {
  whole <- !grepl("[.eE]", texts)
  numbers <- as.numeric(texts)
  if (anyNA(numbers)) stop("what is no number")
  if (any(whole)) check_integers(numbers[whole], texts[whole])
  if (!all(whole)) numbers[!whole] <- exact_floats(texts[!whole])
  numbers
}

check_integers <- function(numbers, texts) {
  if (any(abs(numbers) > 2^53 | abs(numbers) == 2^53 & !endsWith(texts, "9007199254740992"))) {
    stop("an integer beyond 2^53, which R has no type for: send it as a text, or as a float")
  }
}

# A number is `digits * 10 ^ power`: exact with one operation if both are small, and otherwise calculated with twice the digits.
exact_floats <- function(texts) {
  negative <- startsWith(texts, "-")
  parts <- sub("^-", "", texts)
  power <- as.integer(sub("^[^eE]*[eE]", "", sub("^([^eE]*)$", "\\1e0", parts)))
  mantissa <- sub("[eE].*", "", parts)
  point <- regexpr(".", mantissa, fixed = TRUE)
  power <- power - ifelse(point > 0L, nchar(mantissa) - point, 0L)
  digits <- sub("^0+(?=.)", "", sub(".", "", mantissa, fixed = TRUE), perl = TRUE)
  zeros <- ifelse(grepl("^0*$", digits), 0L, nchar(digits) - nchar(sub("0+$", "", digits)))
  digits <- substr(digits, 1L, nchar(digits) - zeros)
  power <- power + zeros
  if (any(nchar(digits) > 18L)) stop("a number with more than 18 digits")
  numbers <- numeric(length(texts))
  easy <- nchar(digits) <= 15L & abs(power) <= 22L
  value <- as.numeric(digits[easy])
  exponent <- power[easy]
  numbers[easy] <- ifelse(exponent < 0L, value / TEN_TO[abs(exponent) + 1L], value * TEN_TO[abs(exponent) + 1L])
  for (index in which(!easy)) numbers[index] <- scaled(digits[index], power[index])
  if (any(is.infinite(numbers))) stop("a number beyond what R can hold")
  numbers[negative] <- -numbers[negative]
  numbers
}

# `digits * 10 ^ power`, where a number is the sum of two: `high`, and `low`, which is what does not fit into it.
scaled <- function(digits, power) {
  if (digits == "0" || power < -400L) return(0)
  if (power > 400L) return(Inf)
  size <- nchar(digits)
  high <- as.numeric(substr(digits, 1L, size - 9L)) * 1e9
  if (is.na(high)) high <- 0
  low <- as.numeric(substr(digits, max(1L, size - 8L), size))
  shift <- if (power < -200L) 600L else if (power > 200L) -600L else 0L
  sum <- two_sum(high * 2^shift, low * 2^shift)
  while (power != 0L) {
    step <- min(abs(power), 22L)
    ten <- TEN_TO[step + 1L]
    sum <- if (power < 0L) divided(sum, ten) else multiplied(sum, ten)
    power <- power - sign(power) * step
  }
  unscaled(sum, shift)
}

two_sum <- function(a, b) {
  high <- a + b
  part <- high - a
  c(high, (a - (high - part)) + (b - part))
}

two_product <- function(a, b) {
  c1 <- 134217729 * a
  a1 <- c1 - (c1 - a)
  a2 <- a - a1
  c2 <- 134217729 * b
  b1 <- c2 - (c2 - b)
  b2 <- b - b1
  product <- a * b
  c(product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2)
}

multiplied <- function(sum, factor) {
  product <- two_product(sum[1L], factor)
  two_sum(product[1L], product[2L] + sum[2L] * factor)
}

divided <- function(sum, divisor) {
  quotient <- sum[1L] / divisor
  product <- two_product(quotient, divisor)
  two_sum(quotient, (((sum[1L] - product[1L]) - product[2L]) + sum[2L]) / divisor)
}

# Numbers near 0 have fewer digits: they are rounded once, to what there is.
unscaled <- function(sum, shift) {
  if (shift <= 0L) return(sum[1L] * 2^-shift)
  if (sum[1L] >= 2^(shift - 1000)) return(sum[1L] * 2^-shift / 1)
  units <- sum[1L] * 2^(1074 - shift)
  if (units >= 2^53) return(sum[1L] * 2^-shift)
  base <- floor(units)
  rest <- units - base
  is_up <- rest > 0.5 || rest == 0.5 && (sum[2L] > 0 || sum[2L] == 0 && base %% 2 == 1)
  (base + is_up) * 2^-1074
}
