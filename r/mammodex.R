# R over a mammodex catalog. Base R is enough for mammodex_query(); mammodex_open() needs the packages DBI and
# duckdb, mammodex_table() the package arrow. source("mammodex.R") makes the three functions.

# The command: the environment variable MAMMODEX_BINARY, else mammodex on PATH.
.mammodex <- function(arguments) {
  binary <- Sys.getenv("MAMMODEX_BINARY", "mammodex")
  messages <- tempfile()
  on.exit(unlink(messages))
  output <- suppressWarnings(system2(
    binary, vapply(arguments, shQuote, ""), stdout = TRUE, stderr = messages
  ))
  status <- attr(output, "status")
  if (!is.null(status) && status > 1) {
    stop(paste(readLines(messages, warn = FALSE), collapse = "\n"), call. = FALSE)
  }
  Encoding(output) <- "UTF-8"
  output
}

.mammodex_at <- function(catalog, snapshot) {
  at <- c("--catalog", catalog)
  if (is.null(snapshot)) at else c(at, "--snapshot", format(snapshot, scientific = FALSE))
}

# One column from its texts, by the type that DuckDB gives it.
.mammodex_column <- function(texts, type) {
  switch(
    sub("[(].*", "", type),
    BOOLEAN = as.logical(texts),
    TINYINT = , SMALLINT = , INTEGER = , UTINYINT = , USMALLINT = as.integer(texts),
    # Whole numbers beyond 2^53 have no exact double.
    BIGINT = , UINTEGER = , UBIGINT = , HUGEINT = , UHUGEINT = {
      numbers <- as.numeric(texts)
      if (any(abs(numbers) > 2^53, na.rm = TRUE)) texts else numbers
    },
    FLOAT = , DOUBLE = , DECIMAL = as.numeric(texts),
    DATE = as.Date(texts),
    TIMESTAMP = as.POSIXct(texts, tz = "UTC", format = "%Y-%m-%d %H:%M:%OS"),
    "TIMESTAMP WITH TIME ZONE" =
      as.POSIXct(sub("[+]00$", "", texts), tz = "UTC", format = "%Y-%m-%d %H:%M:%OS"),
    # An apostrophe before what a spreadsheet would run.
    sub("^'(?=[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20])", "", texts, perl = TRUE)
  )
}

# The rows of one SQL query as a data frame. Types are those of DuckDB: IDs stay text with their zeros, dates
# are Date, moments POSIXct in UTC, lists text. NULL and an empty text are NA.
mammodex_query <- function(sql, catalog = "catalog", snapshot = NULL) {
  at <- .mammodex_at(catalog, snapshot)
  file <- tempfile(fileext = ".sql")
  on.exit(unlink(file))
  ask <- function(text) {
    # Whatever the locale, the command reads UTF-8.
    writeLines(enc2utf8(text), file, useBytes = TRUE)
    utils::read.csv(
      text = .mammodex(c("query", "--format", "csv", "-f", file, at)), colClasses = "character",
      na.strings = "", check.names = FALSE, strip.white = FALSE, comment.char = "", encoding = "UTF-8"
    )
  }
  query <- sub("[;[:space:]]+$", "", sql)
  types <- ask(paste0("DESCRIBE (", query, "\n)"))$column_type
  frame <- ask(query)
  for (column in seq_along(frame)) {
    frame[[column]] <- .mammodex_column(frame[[column]], types[[column]])
  }
  frame
}

# A DBI connection with tables, views, macros, cohorts and splits of one snapshot. A later run of the indexer
# changes nothing for it.
mammodex_open <- function(catalog = "catalog", snapshot = NULL) {
  file <- tempfile(fileext = ".duckdb")
  .mammodex(c("export", "duckdb", file, .mammodex_at(catalog, snapshot)))
  DBI::dbConnect(duckdb::duckdb(dbdir = file, read_only = TRUE))
}

# One table of a snapshot by arrow; as_data_frame = FALSE keeps the descriptions of columns as metadata.
mammodex_table <- function(table, catalog = "catalog", snapshot = NULL, ...) {
  folder <- if (is.null(snapshot)) {
    normalizePath(file.path(catalog, "current"), mustWork = TRUE)
  } else {
    file.path(catalog, "snapshots", sprintf("%06d", snapshot))
  }
  arrow::read_parquet(file.path(folder, paste0(table, ".parquet")), ...)
}
