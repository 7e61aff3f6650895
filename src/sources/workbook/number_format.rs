//! Number formats (ECMA-376 part 1, 18.8.30 and 18.8.31): what a cell shows beside its number.

/// How a number is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// As a number.
    #[default]
    Number,
    /// As a date, with or without a time of day.
    Date,
    /// As a time of day.
    Time,
    /// As a duration.
    Duration,
    /// As a whole number of so many digits at least, as IDs are.
    Padded(usize),
    /// With text that belongs to the value, such as ` mm`: formats for numbers above, below and equal
    /// to zero.
    Literal(Vec<LiteralFormat>),
}

/// Text before and behind a number; of a format without digits the text alone is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiteralFormat {
    before: String,
    behind: String,
    has_digits: bool,
    /// The numbers that it is for, where it says so: `[>=10]`.
    condition: Option<FormatCondition>,
}

/// A comparison with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FormatCondition {
    operator: String,
    /// The number as written.
    limit: String,
}

impl FormatCondition {
    fn parse(text: &str) -> Option<Self> {
        let length = text.bytes().take_while(|byte| b"<>=".contains(byte)).count();
        let (operator, limit) = text.split_at(length);
        let is_number = limit.trim().parse::<f64>().is_ok();
        (length > 0 && is_number)
            .then(|| Self { operator: operator.to_owned(), limit: limit.trim().to_owned() })
    }

    fn holds(&self, number: f64) -> bool {
        let Ok(limit) = self.limit.parse::<f64>() else { return false };
        match self.operator.as_str() {
            "<" => number < limit,
            "<=" => number <= limit,
            ">" => number > limit,
            ">=" => number >= limit,
            "<>" => number != limit,
            _ => number == limit,
        }
    }
}

impl LiteralFormat {
    /// Text before and behind a number.
    pub fn around_digits(before: String, behind: String) -> Self {
        Self { before, behind, has_digits: true, condition: None }
    }
}

impl NumberFormat {
    /// The format of a number that the standard defines; a number by itself for the others.
    pub fn built_in(id: u32) -> Self {
        match id {
            18..=21 | 32 | 33 | 45 | 47 => Self::Time,
            14..=22 | 27..=36 | 50..=58 => Self::Date,
            46 => Self::Duration,
            _ => Self::Number,
        }
    }

    /// The format of a code.
    pub fn parse(code: &str) -> Self {
        if code.len() > 2 && code.bytes().all(|byte| byte == b'0') {
            return Self::Padded(code.len());
        }
        let sections: Vec<FormatSection> =
            split(code).iter().map(|s| FormatSection::parse(s)).collect();
        match sections.first() {
            Some(first) if first.is_duration => return Self::Duration,
            Some(first) if first.is_date => return Self::Date,
            Some(first) if first.is_time => return Self::Time,
            _ => {}
        }
        let has_text = |section: &FormatSection| {
            let LiteralFormat { before, behind, .. } = &section.literal;
            before.chars().chain(behind.chars()).any(char::is_alphabetic)
        };
        if sections.iter().take(3).any(has_text) {
            return Self::Literal(sections.into_iter().take(3).map(|s| s.literal).collect());
        }
        Self::Number
    }

    /// A number with the text that is shown with it.
    pub fn show(&self, number: f64) -> String {
        let plain = number.to_string(); // the shortest form: 2, not 2.0
        match self {
            Self::Padded(width) if number >= 0.0 && number.fract() == 0.0 => {
                format!("{plain:0>width$}")
            }
            Self::Literal(sections) => {
                let has_conditions = sections.iter().any(|section| section.condition.is_some());
                let negative = sections.get(1).filter(|_| number < 0.0 && !has_conditions);
                let zero = sections.get(2).filter(|_| number == 0.0 && !has_conditions);
                let fits = |section: &&LiteralFormat| {
                    section.condition.as_ref().is_none_or(|condition| condition.holds(number))
                };
                let first = sections.iter().find(fits);
                let Some(literal) = negative.or(zero).or(first) else { return plain };
                let plain = if negative.is_some() { number.abs().to_string() } else { plain };
                match literal {
                    LiteralFormat { before, behind, has_digits: true, .. } => {
                        format!("{before}{plain}{behind}")
                    }
                    LiteralFormat { before, .. } if before.trim().is_empty() => plain,
                    LiteralFormat { before, .. } => before.clone(),
                }
            }
            _ => plain,
        }
    }
}

/// The sections of a code, separated by semicolons outside quotes.
fn split(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for c in code.chars() {
        if c == ';' && !is_quoted && !is_escaped {
            sections.push(String::new());
            continue;
        }
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped && !is_quoted;
        if let Some(section) = sections.last_mut() {
            section.push(c);
        }
    }
    sections
}

#[derive(Debug, Default)]
struct FormatSection {
    is_date: bool,
    is_time: bool,
    is_duration: bool,
    literal: LiteralFormat,
}

impl FormatSection {
    fn parse(code: &str) -> Self {
        let mut section = Self::default();
        let code = code.replace("General", "0").replace("GENERAL", "0");
        let mut chars = code.chars();
        // Months, or beside hours or seconds minutes.
        let mut has_m = false;
        while let Some(c) = chars.next() {
            match c {
                '"' => {
                    let text: String = chars.by_ref().take_while(|c| *c != '"').collect();
                    section.push(&text);
                }
                '\\' => {
                    if let Some(c) = chars.next() {
                        section.push(c.encode_utf8(&mut [0; 4]));
                    }
                }
                '_' | '*' => {
                    chars.next();
                }
                '[' => {
                    let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let is_time = |c: char| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's');
                    section.literal.condition =
                        FormatCondition::parse(&inner).or(section.literal.condition.take());
                    section.is_duration |= !inner.is_empty() && inner.chars().all(is_time);
                }
                '0' | '#' | '?' => section.literal.has_digits = true,
                'E' if section.literal.has_digits => {}
                'd' | 'y' | 'D' | 'Y' => section.is_date = true,
                'h' | 's' | 'H' | 'S' => section.is_time = true,
                'm' | 'M' => has_m = true,
                'A'..='Z' | 'a'..='z' | '.' | ',' | '%' | '@' | '/' => {}
                c => section.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        section.is_date |= has_m && !section.is_time;
        section
    }

    fn push(&mut self, text: &str) {
        let LiteralFormat { before, behind, has_digits, .. } = &mut self.literal;
        if *has_digits { behind.push_str(text) } else { before.push_str(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_format_belongs_to_the_value() {
        let shown = |code: &str, number: f64| NumberFormat::parse(code).show(number);
        assert_eq!(shown("0\" mm\"", 18.0), "18 mm");
        assert_eq!(shown("\"T\"0\"c\"", 1.0), "T1c");
        assert_eq!(shown("0.0\\ \\c\\m", 1.25), "1.25 cm");
        assert_eq!(shown("#,##0\"세\"", 51.0), "51세");
        assert_eq!(shown("General\" mm\"", 7.5), "7.5 mm");
        assert_eq!(shown("0;0;\"없음\"", 0.0), "없음");
        assert_eq!(shown("[<10]0.0\" cm\";0\" mm\"", 1.8), "1.8 cm");
        assert_eq!(shown("[<10]0.0\" cm\";0\" mm\"", 18.0), "18 mm");
        assert_eq!(shown("[Red][>=10]0\" mm\";0.0\" cm\"", 2.0), "2 cm");
        assert_eq!(shown("0.00", 1.5), "1.5");
        assert_eq!(shown("00000", 12.0), "00012");
        assert_eq!(shown("#,##0_);[Red](#,##0)", -2.0), "-2");
        for code in
            ["yyyy-mm-dd", "yyyy\"년\" m\"월\" d\"일\"", "mmmm", "[$-412]mmmm d", "m/d/yy h:mm"]
        {
            assert_eq!(NumberFormat::parse(code), NumberFormat::Date, "{code}");
        }
        for code in ["h:mm AM/PM", "hh:mm:ss", "[$-412]h\"시\" mm\"분\"", "mm:ss.0"] {
            assert_eq!(NumberFormat::parse(code), NumberFormat::Time, "{code}");
        }
        assert_eq!(NumberFormat::parse("[h]:mm:ss"), NumberFormat::Duration);
    }
}
