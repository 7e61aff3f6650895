//! The language of this run: option, `config.toml`, environment, locale.

use std::ffi::OsString;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::outcome::CliFailure;
use crate::language::Language;

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.code()))
    }
}

/// The language that the first of these names: `--lang`, `config.toml`, `MAMMODEX_LANG`, and the locale, which
/// is the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is not empty. It is needed before the arguments are
/// parsed, for their help.
///
/// # Errors
/// When `MAMMODEX_LANG` names another language.
pub(super) fn language_of_run(
    arguments: impl Iterator<Item = OsString>,
    configured: Option<Language>,
) -> Result<Language, CliFailure> {
    if let Some(language) = named(arguments).or(configured) {
        return Ok(language);
    }
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    if let Some(code) = variable("MAMMODEX_LANG") {
        let unknown = || format!("MAMMODEX_LANG is {code:?}; use en or ko").into();
        return Language::of_code(&code).ok_or_else(unknown);
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    Ok(locale.map(|locale| Language::of_locale(&locale)).unwrap_or_default())
}

/// The value of `--lang`; absent where it is not given or names no language, which the parser reports.
fn named(arguments: impl Iterator<Item = OsString>) -> Option<Language> {
    let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    let mut language = None;
    while let Some(argument) = arguments.next().filter(|argument| argument != "--") {
        match argument.strip_prefix("--lang") {
            Some("") => language = arguments.next().and_then(|code| Language::of_code(&code)),
            Some(value) => language = value.strip_prefix('=').and_then(Language::of_code),
            None => {}
        }
    }
    language
}
