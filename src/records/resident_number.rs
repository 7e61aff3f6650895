//! Korean resident and foreigner registration numbers: a birth date, a digit for century and sex, and six
//! more, of which the last was a check digit until October 2020 (Resident Registration Act, Enforcement
//! Rule, article 2). Numbers issued since then have random digits there.

/// How sure it is that a text is personal data of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It has the form and nothing more.
    Low,
    /// It has the form and a valid birth date, a label or a mark.
    Medium,
    /// A check digit or a label confirms it.
    High,
}

impl Confidence {
    /// The word in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Words beside a number that say what it is, without spaces and in lower case.
const LABELS: &[&str] =
    &["주민", "외국인등록", "residentregistration", "residentno", "residentnumber", "rrn"];

/// The confidence that the first number in a text is a resident registration number; absent where the
/// text has none with a possible birth date. High with a label or the check digit, medium with the
/// hyphen of the form or masked digits, low for bare digits without either.
pub fn confidence(text: &str) -> Option<Confidence> {
    let plain: String =
        text.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let is_start = |place: &usize| !plain[..*place].ends_with(|c: char| c.is_ascii_digit());
    let starts = plain.char_indices().map(|(place, _)| place).filter(is_start);
    let numbers = starts.map(|place| -> Vec<u32> {
        plain[place..].chars().filter_map(|c| c.to_digit(10)).collect()
    });
    let digits = &numbers.into_iter().find(|digits| is_birth(digits))?[..];
    let has_label = LABELS.iter().any(|label| plain.contains(label));
    let has_mark = plain.contains(['-', '*', '–', '—', '−']);
    Some(match (has_label, has_check_digit(digits), has_mark) {
        (true, _, _) | (_, true, true) => Confidence::High,
        (false, false, true) | (false, true, false) => Confidence::Medium,
        (false, false, false) => Confidence::Low,
    })
}

/// Whether digits begin with a day that exists and a digit of its century.
fn is_birth(digits: &[u32]) -> bool {
    let [y1, y2, m1, m2, d1, d2, seventh, ..] = *digits else { return false };
    let century = match seventh {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    let year = i32::try_from(century + y1 * 10 + y2).unwrap_or_default();
    chrono::NaiveDate::from_ymd_opt(year, m1 * 10 + m2, d1 * 10 + d2).is_some()
}

/// Whether the thirteenth digit is the check digit of those before it. Numbers of foreigners add 2.
pub fn has_check_digit(digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let total: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = (11 - total % 11) % 10;
    digits.len() >= 13 && (digits[12] == check || digits[12] == (check + 2) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_grows_with_label_mark_and_check_digit() {
        // 8 is the check digit of 760915-213456.
        let digits: Vec<u32> = "760915213456".chars().filter_map(|c| c.to_digit(10)).collect();
        let check = (0..10).find(|last| has_check_digit(&[&digits[..], &[*last]].concat()));
        let right = format!("213456{}", check.unwrap());
        let wrong = format!("213456{}", (check.unwrap() + 1) % 10);
        for (text, expected) in [
            (format!("760915-{right}"), Some(Confidence::High)),
            (format!("760915-{wrong}"), Some(Confidence::Medium)),
            ("760915-2******".to_owned(), Some(Confidence::Medium)),
            (format!("760915{right}"), Some(Confidence::Medium)),
            (format!("760915{wrong}"), Some(Confidence::Low)),
            (format!("주민번호 760915{wrong}"), Some(Confidence::High)),
            (format!("RRN_760915{wrong}"), Some(Confidence::High)),
            (format!("761315-{right}"), None),
            (format!("760230-{right}"), None),
            ("12345".to_owned(), None),
        ] {
            assert_eq!(confidence(&text), expected, "{text}");
        }
    }
}
