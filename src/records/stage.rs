//! T and N of the AJCC staging of breast cancer.

use super::reading::Reading;

/// A T or N, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// `c`, `p`, `yc`, `yp`, `r` or `a`; absent when the text carries none.
    pub prefix: Option<String>,
    /// As AJCC writes it, the letter included: `Tis`, `Tis(DCIS)`, `T1mi`, `T1c`, `N0(i+)`, `NX`.
    pub code: String,
    /// 0 to 4; T0 and Tis are 0, TX and NX have none.
    pub number: Option<u8>,
    /// What follows the code: `(m)`, `(sn)`, `(f)`.
    pub suffix: Option<String>,
}

/// Reads a T: `1c`, `T1c`, `pT1c`, `ypT2`, `Tis(DCIS)`, `T1mi`, `TX`, `4b`, `2.0`.
pub fn parse_t(text: &str) -> Reading<Stage> {
    parse(text, 'T', 4)
}

/// Reads an N: `0`, `N0(i+)`, `1mi`, `N3a`, `pN1a(sn)`.
pub fn parse_n(text: &str) -> Reading<Stage> {
    parse(text, 'N', 3)
}

fn parse(text: &str, letter: char, most: u8) -> Reading<Stage> {
    if super::text::is_blank(text) {
        return Reading::Empty;
    }
    match super::text::fold(text).parse::<u8>() {
        Ok(n) if n <= most => Reading::Value(Stage {
            prefix: None,
            code: format!("{letter}{n}"),
            number: Some(n),
            suffix: None,
        }),
        _ => Reading::Unreadable(format!("not a {letter} stage")),
    }
}
