//! How many pictures or cases are done, on a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::language::localized;
use crate::review::RenderProgress;

/// A bar on stderr; nothing where that is not a terminal.
pub(super) struct RenderBar(ProgressBar);

impl RenderBar {
    /// A bar that counts things of that name.
    pub(super) fn new(noun: &str) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let bar = if is_terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = format!("{{bar:40}} {{human_pos}} of {{human_len}} {noun}, {{eta}}");
        if let Ok(style) = ProgressStyle::with_template(&localized(&template)) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl RenderProgress for RenderBar {
    fn begin(&self, pictures: usize) {
        self.0.set_length(pictures as u64);
    }

    fn advance(&self) {
        self.0.inc(1);
    }
}
