//! Plain English: habits that docs/style.md ends, refused in docs, help, messages, schema and comments.

use std::fs;
use std::path::Path;

use regex::Regex;

use super::fixture::run_in;
use super::offences::{Offence, assert_none};
use super::source_tree::{SourceTree, files_below, repository};

/// Habits and what to write instead. Words are separated by one space, which matches any break.
const HABITS: &[(&str, &str)] = &[
    (r"stands?|stood", "is, are; of a place: is in"),
    (r"told|tells?", "reported, reports; distinguishes"),
    (r"(there )?(is|are|was|be|were) no [a-z`]+", "is not a, is not a valid"),
    (r"(asks?|asked|speaks?|spoke) (of|back|for)", "names, refers to, requests"),
    (r"kept in", "saved to"),
    (r"(deal|deals|dealt|dealing)( \w+)? (out|by)|dealt", "assign, assigned"),
    (r"parted", "separated"),
    (r"(leave|leaves|left|leaving)( \w+)? out", "exclude, excluded, omit"),
    (r"aloud", "every … is reported"),
    (r"where (it|they) (came|comes?) from", "provenance, origin"),
    (r"(came|comes?) (and went|of it|of them)", "added and removed; result"),
    (
        r"(its|the|a|every|each|whose|recorded|their|file's) sums?|sums of (files|every|each)|sha256 sum",
        "checksum",
    ),
    (r"whom|whereof|thereof|therein|wherein", "who, which, that"),
    (r"nobody|no one", "no patient, no user"),
    (r"taken for|takes? \w+ for", "treated as"),
    (r"(held|holds?|holding|hold)( \S+){0,4} against", "compared with, checked against"),
    (r"as (it|they|he|she) (was|were|stands?)", "unchanged"),
    (r"of then", "since then"),
    (r"anew", "again"),
    (r"for (her|him)|that she|she (has|is|was)", "the patient"),
    (r"the talk", "messages"),
    (r"brought (together|back)|brings? (together|back)", "combined, linked; restored"),
    (r"turned (round|into a)", "inverted; converted to"),
    (r"made whole|gone through|gone by", "complete; processed"),
    (r"women who do not exist", "synthetic patients"),
    (r"what (it|they|he|she|one) (is|are) of", "name the thing"),
    (r"without a word", "silently"),
];

/// Where a habit's words are right: the text begins with one of these.
const RIGHT: &[(&str, &str)] = &[
    (r"there ", "“there is no” is plain English"),
    (r"stands behind it.\n", "text of a header, which must not change"),
    (r"stands? for", "an abbreviation stands for its words"),
    (r"the sum of (weights|distances|squared)", "a sum of numbers"),
    (
        r"(is|are|was|be|were) no (more|longer|larger|higher|less|fewer|other)",
        "a comparison or a term",
    ),
];

/// Comments that say nothing, and verbs in place of a noun phrase.
const DOC_HABITS: &[(&str, &str)] = &[
    (r"^(Which|Whether|What|Who|How|Where|When)\.$", "say what it holds, or nothing"),
    (r"^Gives?\b", "Returns, or a noun phrase"),
];

/// Text that people read, with line breaks where the file has them; the rest is blank.
struct Prose {
    path: String,
    text: String,
}

/// Everything but line breaks made blank.
fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

/// Code between backticks made blank.
fn without_code(text: &str) -> String {
    let code = Regex::new("`[^`]*`").unwrap();
    code.replace_all(text, |code: &regex::Captures<'_>| blank(&code[0])).into_owned()
}

/// The comments of a Rust file, and its texts.
fn of_source(text: &str, file: &super::source_tree::SourceFile) -> (String, String) {
    let marker = Regex::new(r"(?m)^\s*//[/!]?|//[/!]?").unwrap();
    let mut comments = String::new();
    let mut texts = String::new();
    let mut end = 0;
    let mut push = |piece: &str, is_comment: bool, is_text: bool| {
        let shown =
            marker.replace_all(piece, |mark: &regex::Captures<'_>| blank(&mark[0])).into_owned();
        comments.push_str(&if is_comment { shown } else { blank(piece) });
        texts.push_str(&if is_text {
            piece.replace("\\n", "  ").replace('\\', " ")
        } else {
            blank(piece)
        });
    };
    for token in &file.tokens {
        if token.range.start < end {
            continue; // the parts of a doc comment have its range
        }
        push(&text[end..token.range.start], true, false);
        let piece = &text[token.range.clone()];
        let doc = piece.starts_with("//") || piece.starts_with("/*");
        push(piece, doc, !doc && token.is_text());
        end = token.range.end;
    }
    push(&text[end..], true, false);
    (without_code(&comments), texts)
}

/// A Markdown page without its code blocks; a schema file's comments and prose.
fn of_document(path: &Path, text: &str) -> String {
    match path.extension().and_then(|e| e.to_str()) {
        Some("md") => {
            let mut inside = false;
            let lines = text.split_inclusive('\n').map(|line| {
                let fence = line.starts_with("```");
                inside ^= fence;
                if inside || fence || line.starts_with("    ") {
                    blank(line)
                } else {
                    line.to_owned()
                }
            });
            without_code(&lines.collect::<String>())
        }
        Some("sql") => comment_lines(text, "--"),
        Some("csv") => comment_lines(text, "#"),
        _ => without_code(text),
    }
}

fn comment_lines(text: &str, mark: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.split_once(mark) {
        Some((before, comment)) => format!("{}{}{comment}", blank(before), blank(mark)),
        None => blank(line),
    });
    without_code(&lines.collect::<String>())
}

/// What `--help` prints for a command and those below it.
fn help(command: &[String], pages: &mut Vec<Prose>) {
    let dir = std::env::temp_dir();
    let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let said = run_in(&dir, &arguments, "");
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    let below = said.out.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names =
        below.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
    for name in
        names.filter_map(|line| line.split(' ').next()).filter(|name| !["", "help"].contains(name))
    {
        help(&[command, &[name.to_owned()]].concat(), pages);
    }
    pages.push(Prose { path: format!("help of mammodex {}", command.join(" ")), text: said.out });
}

/// All text that people read: comments, messages, pages, schema and help.
fn prose() -> Vec<Prose> {
    let root = repository();
    let mut all = Vec::new();
    for file in SourceTree::read().files {
        let (comments, texts) = of_source(&file.text, &file);
        all.push(Prose { path: file.path.clone(), text: comments });
        all.push(Prose { path: file.path, text: texts });
    }
    let mut pages = vec![root.join("README.md"), root.join("Makefile"), root.join(".ci/run")];
    pages.extend(files_below(&root.join("docs"), &["md"]));
    pages.extend(files_below(&root.join("schema"), &["toml", "sql", "csv"]));
    for page in pages.iter().filter(|page| !page.ends_with("docs/style.md")) {
        let text = fs::read_to_string(page).unwrap();
        let path = page.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        all.push(Prose { text: of_document(page, &text), path });
    }
    help(&[], &mut all);
    all
}

#[test]
fn old_habits_of_wording_are_gone() {
    let whole = |pattern: &str| {
        Regex::new(&format!(r"(?i)\b({})\b", pattern.replace(' ', r"\s+"))).unwrap()
    };
    let habits: Vec<(Regex, &str)> =
        HABITS.iter().map(|(habit, better)| (whole(habit), *better)).collect();
    let right: Vec<Regex> = RIGHT
        .iter()
        .map(|(text, _)| Regex::new(&format!("(?i)^{}", text.replace(' ', r"\s+"))).unwrap())
        .collect();
    let docs: Vec<(Regex, &str)> =
        DOC_HABITS.iter().map(|(habit, better)| (Regex::new(habit).unwrap(), *better)).collect();
    let mut offences = Vec::new();
    for Prose { path, text } in prose() {
        for (habit, better) in &habits {
            for found in habit.find_iter(&text) {
                if right.iter().any(|right| right.is_match(&text[found.start()..])) {
                    continue;
                }
                let line = text[..found.start()].matches('\n').count() + 1;
                let words = found.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
                offences.push(Offence {
                    path: path.clone(),
                    line,
                    message: format!("“{words}”: {better}"),
                });
            }
        }
        if path.ends_with(".rs") {
            let mut above = "";
            for (number, line) in text.lines().enumerate() {
                let begins = above.trim().is_empty();
                for (_, better) in
                    docs.iter().filter(|(habit, _)| begins && habit.is_match(line.trim()))
                {
                    let message = format!("“{}”: {better}", line.trim());
                    offences.push(Offence { path: path.clone(), line: number + 1, message });
                }
                above = line;
            }
        }
    }
    assert_none("wording", &offences);
}
