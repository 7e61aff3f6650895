//! Where statements may write in any session: neither into the catalog nor into the data set.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::error::CatalogError;
use super::policy;
use crate::disk::resolved;
use crate::sql::{self, Statement, Token, Verb};

/// Words within the names of settings that let DuckDB write files, load code or read what it must not.
const HARMFUL_SETTINGS: &[&str] = &[
    "output",
    "director",
    "path",
    "log_",
    "logging",
    "extension",
    "secret",
    "allow",
    "access",
    "lock_",
];

/// Settings with such a word that do none of this.
const HARMLESS_SETTINGS: &[&str] = &[
    "explain_output",
    "search_path",
    "max_temp_directory_size",
    "arrow_output_list_view",
    "arrow_output_version",
];

/// Checks what a statement writes, and where.
///
/// # Errors
/// When it could write into one of the folders, or it does not say plainly where it writes.
pub(super) fn check(folders: &[PathBuf], statement: &Statement) -> Result<(), CatalogError> {
    let all = sql::tokens(&statement.sql);
    let tokens: Vec<&Token<'_>> = all.iter().filter(|token| token.is_code()).collect();
    if let Some(function) = policy::harmful_call(&tokens) {
        return Err(guarded(format!("{function}() is not available")));
    }
    if statement.verb.only_reads() {
        return Ok(());
    }
    let tokens: Vec<&Token<'_>> =
        tokens.into_iter().filter(|token| token.range.start >= statement.start).collect();
    match statement.verb {
        Verb::Copy => check_copy(folders, &tokens),
        Verb::Export => match after(&tokens, "database") {
            // EXPORT DATABASE name TO 'folder' or EXPORT DATABASE 'folder'.
            Some(target) => {
                check_target(folders, "DATABASE", outer_target(&tokens).unwrap_or(target))
            }
            None => Ok(()),
        },
        Verb::Attach => check_attach(folders, &tokens),
        Verb::Import => Err(guarded(
            "IMPORT DATABASE runs a script that cannot be checked; use .read with its files"
                .to_owned(),
        )),
        Verb::Set => check_settings(&tokens),
        _ => Ok(()),
    }
}

fn guarded(reason: String) -> CatalogError {
    CatalogError::Guarded(reason)
}

/// The token after a keyword.
fn after<'a, 't>(tokens: &[&'a Token<'t>], keyword: &str) -> Option<&'a Token<'t>> {
    let place = tokens.iter().position(|token| token.is(keyword))?;
    tokens.get(place + 1).copied()
}

/// The token after the last `TO` outside parentheses.
fn outer_target<'a, 't>(tokens: &[&'a Token<'t>]) -> Option<&'a Token<'t>> {
    let (mut depth, mut target) = (0_usize, None);
    for (place, token) in tokens.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is("to") {
            target = tokens.get(place + 1).copied();
        }
    }
    target
}

fn check_copy(folders: &[PathBuf], tokens: &[&Token<'_>]) -> Result<(), CatalogError> {
    let Some(target) = outer_target(tokens) else { return Ok(()) };
    check_target(folders, "TO", target)?;
    let options = tokens.iter().skip_while(|token| token.range.start <= target.range.start);
    let options: Vec<&Token<'_>> = options.copied().collect();
    NAME_OPTIONS.iter().try_for_each(|option| check_name_option(option, &options))
}

/// Options of COPY that are part of the names of files.
const NAME_OPTIONS: [&str; 2] = ["filename_pattern", "file_extension"];

/// Checks that an option, wherever it is given, is one plain text without a slash.
fn check_name_option(option: &str, tokens: &[&Token<'_>]) -> Result<(), CatalogError> {
    let is_option = |token: &Token<'_>| {
        let name = token.name().or_else(|| token.value());
        name.is_some_and(|name| name.eq_ignore_ascii_case(option))
    };
    for place in (0..tokens.len()).filter(|place| is_option(tokens[*place])) {
        let value: Vec<&&Token<'_>> = tokens[place + 1..]
            .iter()
            .filter(|token| !token.is("=") && !token.is("("))
            .take_while(|token| !token.is(",") && !token.is(")"))
            .collect();
        let text = match value[..] {
            [token] => token.value(),
            _ => None,
        };
        if text.is_none_or(|text| text.contains(['/', '\\'])) {
            let option = option.to_uppercase();
            return Err(guarded(format!("write {option} as a text without a slash")));
        }
    }
    Ok(())
}

/// Checks that a target is written as a plain text and lies outside the folders.
fn check_target(
    folders: &[PathBuf],
    keyword: &str,
    target: &Token<'_>,
) -> Result<(), CatalogError> {
    let Some(path) = target.value().or_else(|| target.name()) else {
        return Err(guarded(format!(
            "write the file after {keyword} as a plain text, so that it can be checked"
        )));
    };
    // DuckDB writes to file:///folder/x as to /folder/x.
    let path = path.strip_prefix("file:").map_or(path.as_str(), |rest| {
        let rest = rest.strip_prefix("//localhost").unwrap_or(rest);
        rest.strip_prefix("//").unwrap_or(rest)
    });
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let path = match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(path),
    };
    let path = resolved(&path);
    for folder in folders {
        let folder = resolved(folder);
        if path.starts_with(&folder) || folder.starts_with(&path) {
            let path = path.display();
            return Err(guarded(format!("{path} belongs to them; write to another place")));
        }
    }
    let links = fs::metadata(&path).map_or(1, |file| if file.is_file() { file.nlink() } else { 1 });
    if links > 1 {
        let path = path.display();
        return Err(guarded(format!(
            "{path} has a second name, which may be there; remove it first"
        )));
    }
    Ok(())
}

/// Checks the database that ATTACH opens or makes.
fn check_attach(folders: &[PathBuf], tokens: &[&Token<'_>]) -> Result<(), CatalogError> {
    const BEFORE: &[&str] = &["attach", "database", "or", "replace", "if", "not", "exists"];
    let target = tokens.iter().find(|token| !BEFORE.iter().any(|word| token.is(word)));
    let in_memory = |token: &&&Token<'_>| {
        token.value().is_some_and(|path| path.is_empty() || path.starts_with(":memory:"))
    };
    match target.filter(|target| !in_memory(target)) {
        Some(target) if target.value().is_some_and(|path| has_type(&path)) => Err(guarded(
            "write ATTACH 'FILE' (TYPE …), without the type before the file".to_owned(),
        )),
        Some(target) => check_target(folders, "ATTACH", target),
        None => Ok(()),
    }
}

/// Whether a path of ATTACH begins with the type of the database, as in `duckdb:x.db`, which is not part of the file's name.
fn has_type(path: &str) -> bool {
    let is_type = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    path.split_once(':').is_some_and(|(name, _)| is_type(name) && name != "file")
}

/// Checks the settings that SET, RESET and PRAGMA name.
fn check_settings(tokens: &[&Token<'_>]) -> Result<(), CatalogError> {
    if tokens.get(1).is_some_and(|token| token.is("variable")) {
        return Ok(());
    }
    let is_end = |token: &&&Token<'_>| token.is("=") || token.is("to") || token.is("(");
    let names = tokens.iter().skip(1).take_while(|token| !is_end(token));
    for name in names.filter_map(|token| token.name()) {
        let name = name.to_lowercase();
        if is_harmful_setting(&name) {
            return Err(guarded(format!("the setting {name} is not available")));
        }
    }
    Ok(())
}

/// Whether a setting, in lower case, lets DuckDB write files or load code.
pub(super) fn is_harmful_setting(name: &str) -> bool {
    HARMFUL_SETTINGS.iter().any(|word| name.contains(word)) && !HARMLESS_SETTINGS.contains(&name)
}
