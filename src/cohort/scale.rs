//! Graded findings as steps write them: `>=2`, `1c`, `2,3`, `Tis`, `>=4B`.

use super::error::CohortError;
use crate::sql::literal;

/// A scale of grades: a whole number in one column, its subdivisions in another.
pub(super) struct GradeScale {
    /// The option that it belongs to.
    pub option: &'static str,
    /// The letter that a code may carry before it.
    letter: &'static str,
    number: &'static str,
    code: &'static str,
    top: u8,
    /// Codes with their whole number, ascending within one number.
    codes: &'static [(&'static str, Option<u8>)],
    /// Whether 0 is part of the order.
    zero: ZeroMeaning,
}

enum ZeroMeaning {
    Lowest,
    /// BI-RADS 0 is incomplete, not the lowest.
    Unordered,
}

/// T of the AJCC Cancer Staging Manual, breast, 6th to 8th edition.
pub(super) const T: GradeScale = GradeScale {
    option: "--t-stage",
    letter: "T",
    number: "p.t_stage",
    code: "p.t_stage_code",
    top: 4,
    codes: &[
        ("X", None),
        ("0", Some(0)),
        ("is", Some(0)),
        ("1mi", Some(1)),
        ("1a", Some(1)),
        ("1b", Some(1)),
        ("1c", Some(1)),
        ("4a", Some(4)),
        ("4b", Some(4)),
        ("4c", Some(4)),
        ("4d", Some(4)),
    ],
    zero: ZeroMeaning::Lowest,
};

/// N of the same. N0(i+) and N0(mol+) are N0.
pub(super) const N: GradeScale = GradeScale {
    option: "--n-stage",
    letter: "N",
    number: "p.n_stage",
    code: "p.n_stage_code",
    top: 3,
    codes: &[
        ("X", None),
        ("0(i+)", Some(0)),
        ("0(mol+)", Some(0)),
        ("1mi", Some(1)),
        ("1a", Some(1)),
        ("1b", Some(1)),
        ("1c", Some(1)),
        ("2a", Some(2)),
        ("2b", Some(2)),
        ("3a", Some(3)),
        ("3b", Some(3)),
        ("3c", Some(3)),
    ],
    zero: ZeroMeaning::Lowest,
};

/// Assessment categories of the ACR BI-RADS Atlas, 5th edition.
pub(super) const BIRADS: GradeScale = GradeScale {
    option: "--birads",
    letter: "",
    number: "p.birads_max",
    code: "p.birads_max_code",
    top: 6,
    codes: &[("4A", Some(4)), ("4B", Some(4)), ("4C", Some(4))],
    zero: ZeroMeaning::Unordered,
};

/// The same of one side.
pub(super) const BIRADS_OF_SIDE: GradeScale =
    GradeScale { number: "b.birads", code: "b.birads_code", ..BIRADS };

impl GradeScale {
    /// The condition that any of the comma-separated terms holds.
    pub fn condition(&self, text: &str) -> Result<String, CohortError> {
        let mut numbers = Vec::new();
        let mut conditions = Vec::new();
        for term in text.split(',').map(str::trim) {
            let (operator, grade) = operator(term);
            let grade = self.without_letter(grade);
            match (grade.parse::<u8>(), operator) {
                (Ok(number), "=") if number <= self.top => numbers.push(number.to_string()),
                (Ok(number), _) if number <= self.top => {
                    conditions.push(self.compare_number(operator, number));
                }
                _ => conditions.push(self.code_condition(operator, &grade, term)?),
            }
        }
        match numbers.as_slice() {
            [] => {}
            [one] => conditions.insert(0, format!("{} = {one}", self.number)),
            several => {
                conditions.insert(0, format!("{} IN ({})", self.number, several.join(", ")));
            }
        }
        Ok(match conditions.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(" OR ")),
        })
    }

    /// Without the letter: `T1c` is `1c`, `Tis` is `is`.
    fn without_letter(&self, grade: &str) -> String {
        let grade = grade.trim();
        let head = grade.get(..self.letter.len()).unwrap_or("");
        if !self.letter.is_empty() && head.eq_ignore_ascii_case(self.letter) {
            grade[self.letter.len()..].trim().to_owned()
        } else {
            grade.to_owned()
        }
    }

    fn compare_number(&self, operator: &str, number: u8) -> String {
        let compared = format!("{} {operator} {number}", self.number);
        match self.zero {
            ZeroMeaning::Unordered if number > 0 && operator.starts_with('<') => {
                format!("({compared} AND {} > 0)", self.number)
            }
            ZeroMeaning::Unordered if number == 0 => {
                format!("({compared} AND {} > 0)", self.number)
            }
            _ => compared,
        }
    }

    fn code_condition(
        &self,
        operator: &str,
        grade: &str,
        term: &str,
    ) -> Result<String, CohortError> {
        let known = |(code, _): &&(&str, Option<u8>)| code.eq_ignore_ascii_case(grade);
        let Some((code, number)) = self.codes.iter().find(known) else {
            return Err(self.unknown(term));
        };
        let same = |wanted: fn(usize, usize) -> bool| -> Vec<&str> {
            let place = |code: &str| self.codes.iter().position(|(c, _)| *c == code).unwrap_or(0);
            let among = self.codes.iter().filter(|(_, n)| n == number).map(|(c, _)| *c);
            among.filter(|c| wanted(place(c), place(code))).collect()
        };
        let (sign, codes) = match (operator, number) {
            ("=", _) => return Ok(self.is_one_of(&[code])),
            (_, None) => return Err(self.unknown(term)),
            (">=", _) => (">", same(|a, b| a >= b)),
            (">", _) => (">", same(|a, b| a > b)),
            ("<=", _) => ("<", same(|a, b| a <= b)),
            _ => ("<", same(|a, b| a < b)),
        };
        let whole = self.compare_number(sign, number.unwrap_or(0));
        if codes.is_empty() {
            return Ok(whole);
        }
        Ok(format!("({whole} OR {})", self.is_one_of(&codes)))
    }

    /// Codes are in the tables with or without their letter, and Tis with its type.
    fn is_one_of(&self, codes: &[&str]) -> String {
        let mut spellings: Vec<String> = Vec::new();
        for code in codes.iter().filter(|code| **code != "is") {
            spellings.push(literal(code));
            if !self.letter.is_empty() {
                spellings.push(literal(&format!("{}{code}", self.letter)));
            }
        }
        let mut conditions = Vec::new();
        if !spellings.is_empty() {
            conditions.push(format!("{} IN ({})", self.code, spellings.join(", ")));
        }
        if codes.contains(&"is") {
            conditions.push(format!("{} LIKE '{}is%'", self.code, self.letter));
        }
        match conditions.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(" OR ")),
        }
    }

    fn unknown(&self, term: &str) -> CohortError {
        let lettered = self.codes.iter().filter(|(code, _)| code.parse::<u8>().is_err());
        let codes: Vec<String> =
            lettered.map(|(code, _)| format!("{}{code}", self.letter)).collect();
        CohortError::Grade {
            option: self.option,
            term: term.to_owned(),
            top: self.top,
            codes: codes.join(", "),
        }
    }
}

fn operator(term: &str) -> (&'static str, &str) {
    for operator in [">=", "<=", "=", ">", "<"] {
        if let Some(rest) = term.strip_prefix(operator) {
            return (operator, rest);
        }
    }
    ("=", term)
}
