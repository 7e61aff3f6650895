//! `r/mammodex.R`: a data frame of a query in base R.

use std::process::Command;

use crate::fixture::{Fixture, binary_folder, without_settings};

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/r/mammodex.R");

/// Runs R in a locale; what it wrote to stderr when it failed. None without R.
fn run_r(fixture: &Fixture, locale: &str, program: &str) -> Option<Result<(), String>> {
    let program = format!("source('{READER}')\n{program}");
    let mut command = without_settings(Command::new("Rscript"));
    command.args(["-e", &program]).current_dir(fixture.dir.path());
    command.env("MAMMODEX_BINARY", binary_folder().join("mammodex")).env("LC_ALL", locale);
    let out = command.output().ok()?;
    let failed = || String::from_utf8_lossy(&out.stderr).into_owned();
    Some(if out.status.success() { Ok(()) } else { Err(failed()) })
}

const PROGRAM: &str = r#"
kinds <- mammodex_query(paste0(
  "SELECT '0012' AS id, 7 AS n, 1.5::DOUBLE AS r, true AS f, DATE '2024-02-29' AS d, ",
  "TIMESTAMP '2024-02-29 13:30:15' AS t, '=1+1' AS formula, '\ud658\uc790' AS ko, ",
  "123456789012345678 AS big, 4000000000 AS long, 12.50::DECIMAL(6,2) AS price, [1,2] AS l, ",
  "E'a\\nb, \"c\"' AS multi UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, 5, ",
  "NULL, NULL, NULL, 'x' -- the end"))
stopifnot(
  identical(kinds$id, c("0012", NA)), identical(kinds$n, c(7L, NA)), identical(kinds$r, c(1.5, NA)),
  identical(kinds$f, c(TRUE, NA)), identical(kinds$d, as.Date(c("2024-02-29", NA))),
  kinds$t[1] == as.POSIXct("2024-02-29 13:30:15", tz = "UTC"), identical(kinds$formula, c("=1+1", NA)),
  identical(kinds$ko[1], "\ud658\uc790"), identical(kinds$big, c("123456789012345678", "5")),
  identical(kinds$long[1], 4e9), identical(kinds$price[1], 12.5), identical(kinds$l[1], "[1, 2]"),
  identical(kinds$multi, c("a\nb, \"c\"", "x")))
patients <- mammodex_query("FROM patients;")
stopifnot(nrow(patients) == 60, is.integer(patients$age_years), is.logical(patients$discarded))
stopifnot(nrow(mammodex_query("FROM patients WHERE false")) == 0)
wrong <- tryCatch(mammodex_query("SELECT agee FROM patients"), error = conditionMessage)
stopifnot(grepl("age_years", wrong))
"#;

#[test]
fn base_r_reads_the_types_of_a_query() {
    let fixture = Fixture::new();
    for locale in ["C.UTF-8", "C"] {
        match run_r(&fixture, locale, PROGRAM) {
            None => return eprintln!("skipped: there is no Rscript"),
            Some(done) => done.unwrap_or_else(|error| panic!("{locale}: {error}")),
        }
    }
}
