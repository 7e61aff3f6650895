//! Domain values and their grammars. No input, no output: text and numbers in, values out.

pub mod issue;
