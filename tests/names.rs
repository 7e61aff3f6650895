//! Names of types: one meaning each, and always a noun.

use std::collections::BTreeMap;

use super::offences::{Offence, assert_none};
use super::source_tree::{SourceTree, test_item};

/// Names that two types share, each with the reason.
const SHARED: &[(&str, &str)] = &[];

/// Names that end in a word the list below refuses, each with the reason.
const NOUNS: &[(&str, &str)] = &[];

/// Participles and adverbs that do not end in `-ed` or `-ly`.
const IRREGULAR: &[&str] = &[
    "Alone",
    "Apart",
    "Aside",
    "Begun",
    "Bound",
    "Brought",
    "Built",
    "Chosen",
    "Dealt",
    "Done",
    "Drawn",
    "Early",
    "Found",
    "Fresh",
    "Given",
    "Gone",
    "Held",
    "Hidden",
    "Kept",
    "Known",
    "Laid",
    "Left",
    "Lost",
    "Made",
    "Meant",
    "Met",
    "Missing",
    "Once",
    "Only",
    "Own",
    "Paid",
    "Pending",
    "Quiet",
    "Read",
    "Said",
    "Seen",
    "Sent",
    "Shown",
    "Sought",
    "Spent",
    "Standing",
    "Stuck",
    "Swept",
    "Taken",
    "Thought",
    "Thrown",
    "Told",
    "Understood",
    "Unseen",
    "Waiting",
    "Worn",
    "Written",
];

/// Words in `-ed` and `-ly` that are nouns.
const REGULAR_NOUNS: &[&str] =
    &["Seed", "Feed", "Speed", "Need", "Bed", "Family", "Assembly", "Anomaly", "Tally"];

/// The last word of a name in camel case.
fn last_word(name: &str) -> &str {
    let start = name.rfind(|c: char| c.is_uppercase()).unwrap_or(0);
    &name[start..]
}

/// Every type that other modules can see: name, file, line.
fn public_types(tree: &SourceTree) -> Vec<(String, String, usize)> {
    let mut types = Vec::new();
    for file in &tree.files {
        let tokens = &file.tokens;
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
        let mut at = 0;
        while at < tokens.len() {
            if let Some(end) = test_item(tokens, at) {
                at = end;
                continue;
            }
            if text(at) == "pub" {
                let mut word = at + 1;
                if text(word) == "(" {
                    while text(word) != ")" {
                        word += 1;
                    }
                    word += 1;
                }
                if ["struct", "enum", "trait", "type", "union"].contains(&text(word)) {
                    types.push((text(word + 1).to_owned(), file.path.clone(), tokens[word].line));
                }
            }
            at += 1;
        }
    }
    types
}

#[test]
fn no_two_public_types_share_a_name() {
    let tree = SourceTree::read();
    let mut named: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for (name, path, line) in public_types(&tree) {
        named.entry(name).or_default().push((path, line));
    }
    let mut offences = Vec::new();
    for (name, places) in named.iter().filter(|(_, places)| places.len() > 1) {
        if !SHARED.iter().any(|(shared, _)| shared == name) {
            for (path, line) in places {
                let others = places.iter().filter(|(other, _)| other != path);
                let others: Vec<&str> = others.map(|(other, _)| other.as_str()).collect();
                let message = format!("{name} is also a type of {}", others.join(", "));
                offences.push(Offence { path: path.clone(), line: *line, message });
            }
        }
    }
    assert_none("name", &offences);
}

#[test]
fn no_public_type_is_a_participle_or_an_adverb() {
    let tree = SourceTree::read();
    let mut offences = Vec::new();
    for (name, path, line) in public_types(&tree) {
        let word = last_word(&name);
        let regular =
            (word.ends_with("ed") || word.ends_with("ly")) && !REGULAR_NOUNS.contains(&word);
        if (regular || IRREGULAR.contains(&word)) && !NOUNS.iter().any(|(noun, _)| *noun == name) {
            let message = format!("{name} says that something happened, not what the thing is");
            offences.push(Offence { path, line, message });
        }
    }
    assert_none("noun", &offences);
}
