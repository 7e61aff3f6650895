//! Defaults of the user's: `config.toml`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::outcome::CliFailure;
use crate::disk::read_regular_text;
use crate::language::Language;
use crate::results::{CellFit, ResultFormat};
use crate::shell::{DisplayOptions, Pager, RowLimit};
use crate::sources::source_root::SourceRoot;

/// What a user wants when no option says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserConfig {
    /// The catalog's folder: an absolute path, or one below `~/`; or its address in a store.
    #[serde(default, deserialize_with = "folder")]
    pub catalog: Option<PathBuf>,
    /// The language of help, messages, descriptions and reports: `en` or `ko`.
    #[serde(default, deserialize_with = "language")]
    pub lang: Option<Language>,
    /// How `query` and `shell` write results.
    #[serde(default, deserialize_with = "format")]
    pub format: Option<ResultFormat>,
    /// Rows that a table shows on a terminal; 0 is all.
    pub maxrows: Option<usize>,
    /// What stands for NULL in a table.
    pub nullvalue: Option<String>,
    /// `on`, `off`, or the pager's command.
    pub pager: Option<String>,
    /// Whether keys at the prompt are those of vi.
    pub vi: Option<bool>,
    /// Whether long cells of a table continue below.
    pub wrap: Option<bool>,
    /// Whether the shell says how long a statement takes.
    pub timer: Option<bool>,
}

impl UserConfig {
    /// How the shell's results look before a command says otherwise.
    pub fn look(&self) -> DisplayOptions {
        DisplayOptions {
            format: self.format.unwrap_or(ResultFormat::Table),
            rows: match self.maxrows {
                None => RowLimit::Usual,
                Some(0) => RowLimit::All,
                Some(most) => RowLimit::Most(most),
            },
            widths: Vec::new(),
            null: self.nullvalue.clone(),
            cells: match self.wrap {
                Some(true) => CellFit::Wrapped,
                _ => CellFit::Cut,
            },
            timer: self.timer.unwrap_or(false),
            vi: self.vi.unwrap_or(false),
            pager: match self.pager.as_deref() {
                None | Some("on") => Pager::Usual,
                Some("off") => Pager::Off,
                Some(program) => Pager::Program(program.to_owned()),
            },
        }
    }
}

/// Reads the file that `MAMMODEX_CONFIG` names, else `$XDG_CONFIG_HOME/mammodex/config.toml`, else
/// that below `~/.config`. Without a file there are no defaults; an empty `MAMMODEX_CONFIG` says
/// that none is wanted.
///
/// # Errors
/// The file and line of what is not understood.
pub fn load() -> Result<UserConfig, CliFailure> {
    let named = std::env::var_os("MAMMODEX_CONFIG");
    let must_be_there = named.is_some();
    let path = match named {
        Some(name) if name.is_empty() => None,
        Some(name) => Some(PathBuf::from(name)),
        None => usual_place(),
    };
    let Some(path) = path else { return Ok(UserConfig::default()) };
    match read_regular_text(&path) {
        Ok(text) => parse(&path, &text),
        // A service may run with the home of someone else: what cannot even be seen is not there.
        Err(error) if !must_be_there && absent(&path, &error) => Ok(UserConfig::default()),
        Err(error) => Err(format!("cannot read {}: {error}", path.display()).into()),
    }
}

/// Whether no file is there, as far as this user can see.
fn absent(path: &Path, error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
        || (error.kind() == std::io::ErrorKind::PermissionDenied
            && path.symlink_metadata().is_err())
}

/// The file of commands that the shell begins with: `.mammodexrc` in the user's home. One in the
/// current folder is not looked at: what comes with data must not run.
pub fn commands() -> Option<PathBuf> {
    Some(home()?.join(".mammodexrc")).filter(|path| path.is_file())
}

fn usual_place() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    Some(set.or_else(|| Some(home()?.join(".config")))?.join("mammodex/config.toml"))
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}

fn parse(path: &Path, text: &str) -> Result<UserConfig, CliFailure> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("{}:{line}: {}", path.display(), error.message()).into()
    })
}

fn format<'de, D: Deserializer<'de>>(value: D) -> Result<Option<ResultFormat>, D::Error> {
    let name = String::deserialize(value)?;
    let names = || ResultFormat::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
    let unknown =
        || D::Error::custom(format!("there is no format {name:?}; there are {}", names()));
    ResultFormat::named(&name).map(Some).ok_or_else(unknown)
}

fn language<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Language>, D::Error> {
    let code = String::deserialize(value)?;
    let unknown = || D::Error::custom(format!("there is no language {code:?}; use en or ko"));
    Language::of_code(&code).map(Some).ok_or_else(unknown)
}

fn folder<'de, D: Deserializer<'de>>(value: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(value)?;
    let below_home = text.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest)));
    let path = below_home.unwrap_or_else(|| PathBuf::from(&text));
    if path.is_absolute() || SourceRoot::is_address(&path) {
        Ok(Some(path))
    } else {
        Err(D::Error::custom(format!("{text:?} must be an absolute path, or one below ~/")))
    }
}
