//! The commands as the guide lists them.

use super::table::COMMANDS;

/// The commands as a Markdown table, for the guide.
pub fn markdown() -> String {
    let mut page = String::from("| command | what it does |\n|---|---|\n");
    for command in COMMANDS {
        let aliases = match command.aliases {
            [] => String::new(),
            aliases => format!("; also `{}`", aliases.join("`, `")),
        };
        let synopsis = command.synopsis().replace('|', "\\|");
        page.push_str(&format!("| `{synopsis}` | {}{aliases} |\n", command.help));
    }
    page
}
