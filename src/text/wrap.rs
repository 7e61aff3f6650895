//! Text broken into lines between words.

use unicode_width::UnicodeWidthStr;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible", 4), ["incomprehensible"]);
        assert!(wrapped("", 4).is_empty());
        assert_eq!(wrapped("유방 촬영 영상", 9), ["유방 촬영", "영상"]);
    }
}
