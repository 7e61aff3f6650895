//! The moment that the name of a delivery gives, such as `20190812_153000_KST`.

use std::cmp::Ordering;

/// The moment in the name of a delivery: a day, and a time of day where the name has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DeliveryTime {
    day: u32,
    /// Hours, minutes and seconds as `HHMMSS`.
    time: Option<u32>,
}

impl DeliveryTime {
    /// The moment in a name that begins with eight digits; a time follows as four or six digits after
    /// an underscore, a hyphen, a blank or `T`.
    fn parse(name: &str) -> Option<Self> {
        let mut numbers = name.split(|c: char| !c.is_ascii_digit());
        let first = numbers.next()?;
        let (day, rest) = first.split_at_checked(8)?;
        let time = if rest.is_empty() { numbers.next().unwrap_or_default() } else { rest };
        let time = match time.len() {
            4 => time.parse::<u32>().ok().map(|time| time * 100),
            6 => time.parse().ok(),
            _ => None,
        };
        Some(Self { day: day.parse().ok()?, time })
    }
}

/// Which of two deliveries is the earlier one. Absent when their names do not say: two on one day of
/// which one has no time, or names of which only one is a moment. Names without a moment are compared
/// as text.
pub fn compare(first: &str, second: &str) -> Option<Ordering> {
    if first == second {
        return Some(Ordering::Equal);
    }
    match (DeliveryTime::parse(first), DeliveryTime::parse(second)) {
        (None, None) => Some(first.cmp(second)),
        (Some(a), Some(b)) if a.day != b.day => Some(a.day.cmp(&b.day)),
        (Some(a), Some(b)) => match (a.time, b.time) {
            (Some(a), Some(b)) if a != b => Some(a.cmp(&b)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_compared_by_time_and_not_by_text() {
        let order = |a, b| compare(a, b);
        assert_eq!(order("20190812_KST", "20190813_KST"), Some(Ordering::Less));
        assert_eq!(order("20190812_153000_KST", "20190812_160000_KST"), Some(Ordering::Less));
        assert_eq!(order("20190812_9_KST", "20190812_153000_KST"), None);
        assert_eq!(order("20190812_153000_KST", "20190812_KST"), None);
        assert_eq!(order("20190812_2359_KST", "20190813_KST"), Some(Ordering::Less));
        assert_eq!(order("20190812153000", "20190812T120000"), Some(Ordering::Greater));
        assert_eq!(order("20190812_KST", "20190812_KST"), Some(Ordering::Equal));
        assert_eq!(order("20190812 (2)_KST", "20190812_KST"), None);
        assert_eq!(order("v1", "v2"), Some(Ordering::Less));
        assert_eq!(order("20190812", "v2"), None);
    }
}
