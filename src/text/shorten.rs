//! Text cut to a width.

/// The text, or as much of its beginning as fits with a `…` behind it. `width_of` measures a text in the
/// unit of `width`: columns of a terminal, points of a drawing.
pub fn shortened(text: &str, width: f64, width_of: impl Fn(&str) -> f64) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(place, c)| place + c.len_utf8());
    let beginnings = ends.map(|end| format!("{}…", &text[..end]));
    let fitting = beginnings.take_while(|beginning| width_of(beginning) <= width);
    fitting.last().unwrap_or_else(|| "…".to_owned())
}
