//! Text broken into lines between words.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The lines of a text that is broken between words, each as long as fits in `width` columns of a terminal, of which Hangul
/// takes two per syllable. A longer word
/// has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The same, where a longer word is broken too, so that no line is wider. A text without words is one empty
/// line.
pub fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in wrapped(text, width) {
        let mut part = String::new();
        for c in line.chars() {
            if !part.is_empty() && part.width() + c.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut part));
            }
            part.push(c);
        }
        lines.push(part);
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible", 4), ["incomprehensible"]);
        assert!(wrapped("", 4).is_empty());
        assert_eq!(wrapped("유방 촬영 영상", 9), ["유방 촬영", "영상"]);
        assert_eq!(broken("an incomprehensible", 9), ["an", "incompreh", "ensible"]);
        assert_eq!(broken("유방촬영", 5), ["유방", "촬영"]);
        assert_eq!(broken("", 5), [""]);
    }
}
