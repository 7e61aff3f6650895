//! SQL as text: tokens as DuckDB reads them, statements and what each does, quoting. No engine.

mod lexer;
mod quote;
mod script_end;
mod space;
mod statement;
mod token;

pub use lexer::{tokens, visible_tokens};
pub use quote::{identifier, literal, path_pattern};
pub use script_end::ScriptEnd;
pub use statement::{Statement, StatementMode, Verb, is_complete, names, statements};
pub use token::{Token, TokenKind};
