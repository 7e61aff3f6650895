//! Text in runs (ECMA-376 part 1, 18.4): superscripts behind a value are footnote marks.

use quick_xml::events::Event;

use super::xml::{XmlError, attribute, resolved};

/// A text, without the footnote marks behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RichText {
    /// The text.
    pub text: String,
    /// The text with its footnote marks, where it has any.
    pub footnote: Option<String>,
}

/// A text that is being read, event by event.
#[derive(Debug, Default)]
pub struct RichTextReader {
    text: String,
    /// Superscript behind the text.
    raised: String,
    is_raised: bool,
    is_text: bool,
    /// Within the reading aid of a Japanese text, which is not part of it.
    is_phonetic: bool,
}

impl RichTextReader {
    /// Reads one event within the text's element.
    pub fn read(&mut self, event: &Event<'_>) -> Result<(), XmlError> {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "r" => self.is_raised = false,
                "vertAlign" => {
                    self.is_raised = attribute(element, "val")?.as_deref() == Some("superscript");
                }
                "t" => self.is_text = true,
                "rPh" => self.is_phonetic = true,
                _ => {}
            },
            Event::End(element) => self.close(element.local_name().as_ref()),
            Event::Text(text) => self.push(&text.xml10_content()),
            Event::CData(text) => self.push(&text.xml10_content()),
            Event::GeneralRef(entity) => self.push(&resolved(entity)?),
            _ => {}
        }
        Ok(())
    }

    /// Ends an element.
    pub fn close(&mut self, name: &str) {
        match name {
            "t" => self.is_text = false,
            "rPh" => self.is_phonetic = false,
            "r" => self.is_raised = false,
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if !self.is_text || self.is_phonetic {
            return;
        }
        if self.is_raised && !self.text.is_empty() {
            self.raised.push_str(text);
        } else {
            // A superscript before other text is part of it.
            let raised = std::mem::take(&mut self.raised);
            self.text.push_str(&raised);
            self.text.push_str(text);
        }
    }

    /// The text without its footnote marks.
    pub fn finish(self) -> RichText {
        RichText::new(unescape(&self.text), &unescape(&self.raised))
    }
}

impl RichText {
    /// A text with superscript behind it; the power of a unit such as cm² is not a footnote mark.
    pub fn new(text: String, raised: &str) -> Self {
        if raised.trim().is_empty() || text.ends_with('m') {
            return Self { text: format!("{text}{raised}"), footnote: None };
        }
        Self { footnote: Some(format!("{text}^{raised}")), text }
    }

    /// A text whose runs begin at these UTF-16 code units, each with whether it is superscript.
    pub fn of_runs(units: &[u16], runs: &[(usize, bool)]) -> Self {
        let is_raised =
            |unit: usize| runs.iter().rfind(|(start, _)| *start <= unit).is_some_and(|run| run.1);
        let mut end = units.len();
        while end > 0 && is_raised(end - 1) {
            end -= 1;
        }
        // A text that is all superscript is its own value.
        let end = if end == 0 { units.len() } else { end };
        Self::new(String::from_utf16_lossy(&units[..end]), &String::from_utf16_lossy(&units[end..]))
    }
}

/// Characters that Excel writes as `_x000D_`, a UTF-16 code unit each (18.18.94, ST_Xstring).
pub fn unescape(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let (mut out, mut rest) = (String::new(), text);
    let mut units = Vec::new();
    while let Some(start) = rest.find("_x") {
        let unit = rest
            .get(start + 2..start + 7)
            .and_then(|code| u16::from_str_radix(code.strip_suffix('_')?, 16).ok());
        let Some(unit) = unit else {
            out.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
            out.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        if start > 0 {
            out.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
        }
        out.push_str(&rest[..start]);
        units.push(unit);
        rest = &rest[start + 7..];
    }
    out.push_str(&String::from_utf16_lossy(&units));
    out.push_str(rest);
    out
}

/// The text without superscript characters at its end, if it has any other than the power of a unit.
pub fn without_marks(text: &str) -> Option<&str> {
    const MARKS: &[char] = &[
        '¹', '²', '³', '⁰', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁾', '⁽', 'ᵃ', 'ᵇ', 'ᶜ', 'ᵈ', 'ᵉ', '⁎',
        '†', '‡', '§',
    ];
    let bare = text.trim_end().trim_end_matches(MARKS).trim_end();
    let is_marked = bare.len() < text.trim_end().len() && !bare.is_empty() && !bare.ends_with('m');
    is_marked.then_some(bare)
}
