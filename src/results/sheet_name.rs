//! Names of the sheets of a workbook.

/// The longest name of a sheet, in UTF-16 units.
const LONGEST_NAME: usize = 31;
/// Characters that a name of a sheet cannot have.
const FORBIDDEN: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// A name that Excel keeps for itself.
const RESERVED: &str = "history";

/// Returns a name that a sheet can have and that no other sheet has, whatever the case of its letters.
pub fn sheet_name(title: &str, others: &[&str]) -> String {
    let plain: String =
        title.chars().map(|c| if FORBIDDEN.contains(&c) { '_' } else { c }).collect();
    let is_free = |name: &str| {
        let mut taken = others.iter().chain([&RESERVED]);
        taken.all(|other| other.to_lowercase() != name.to_lowercase())
    };
    let numbered = |number: usize| {
        let end = if number == 1 { String::new() } else { format!(" {number}") };
        let room = LONGEST_NAME - end.len();
        let mut units = 0;
        let fits = |c: &char| {
            units += c.len_utf16();
            units <= room
        };
        plain.chars().take_while(fits).collect::<String>() + &end
    };
    (1..).map(numbered).find(|name| is_free(name)).unwrap_or(plain.clone())
}
