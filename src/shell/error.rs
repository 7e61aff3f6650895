//! Why a command or statement failed.

/// The error of a command or statement, for the user to read; the session continues.
pub type ShellError = Box<dyn std::error::Error + Send + Sync>;
