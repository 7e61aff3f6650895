//! What holds for any input.

use std::collections::HashSet;

use proptest::prelude::*;

use super::commands::{self, COMMANDS};
use super::complete::scope;
use super::continuation::{INDENT, MARK, unindented};
use super::highlight::highlight;
use crate::language;
use crate::sql::{self, visible_tokens};

/// Texts that look like SQL, and some that do not.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("SELECT".to_owned()),
        Just("patients".to_owned()),
        Just("'".to_owned()),
        Just("''".to_owned()),
        Just("\"".to_owned()),
        Just("$$".to_owned()),
        Just("$a$".to_owned()),
        Just("--".to_owned()),
        Just("/*".to_owned()),
        Just("*/".to_owned()),
        Just("(".to_owned()),
        Just(")]".to_owned()),
        Just("\n".to_owned()),
        Just(" ".to_owned()),
        Just(".".to_owned()),
        Just("병기".to_owned()),
        Just("IN ('a', '".to_owned()),
        "\\PC{0,3}",
    ];
    prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain + rest
}

proptest! {
    #[test]
    fn tokens_have_no_gaps(text in texts()) {
        let joined: String = sql::tokens(&text).iter().map(|token| token.text).collect();
        prop_assert_eq!(joined, text);
    }

    #[test]
    fn colours_change_no_character(text in texts(), cursor in 0..80_usize) {
        let keywords = HashSet::from(["select".to_owned()]);
        let painted = highlight(&text, Some(cursor), &keywords);
        prop_assert_eq!(without_colours(&painted).replace(MARK, INDENT), text);
    }

    #[test]
    fn any_beginning_can_be_completed(text in texts()) {
        let tokens = visible_tokens(&text);
        let _ = scope::value_at(&tokens);
        let _ = scope::qualifier(&tokens, text.len());
        let _ = scope::aliased(&tokens, "p");
        let _ = scope::named(&tokens);
        let _ = commands::parse(&text);
    }
}

#[test]
fn continued_lines_are_indented_and_marked_but_run_as_typed() {
    let typed = format!("SELECT 'a\n{INDENT}b' -- c\n{INDENT}, 1\n{INDENT}  + 2;");
    assert_eq!(unindented(&typed), format!("SELECT 'a\n{INDENT}b' -- c\n, 1\n  + 2;"));
    let painted = without_colours(&highlight(&typed, None, &HashSet::new()));
    assert_eq!(painted, format!("SELECT 'a\n{INDENT}b' -- c\n{MARK}, 1\n{MARK}  + 2;"));
}

fn place(text: &str) -> Option<(String, String)> {
    scope::value_at(&visible_tokens(text)).map(|place| (place.column, place.typed))
}

#[test]
fn a_text_belongs_to_the_column_that_it_is_compared_with() {
    let vendor = |typed: &str| Some(("vendor".to_owned(), typed.to_owned()));
    assert_eq!(place("SELECT 1 FROM patients WHERE vendor = 'G"), vendor("G"));
    assert_eq!(place("FROM patients p WHERE p.vendor <> '"), vendor(""));
    assert_eq!(place("FROM patients WHERE vendor IN ('GE', 'Ho"), vendor("Ho"));
    assert_eq!(place("FROM patients WHERE vendor NOT IN ('"), vendor(""));
    assert_eq!(place("FROM patients WHERE vendor NOT ILIKE 'O''"), vendor("O'"));
    assert_eq!(place("FROM patients WHERE \"vendor\" NOT ILIKE 'O''B"), vendor("O'B"));
    assert_eq!(place("FROM patients WHERE vendor IS DISTINCT FROM '"), vendor(""));
    assert_eq!(place("SELECT * FROM '"), None);
    assert_eq!(place("SELECT 'a', '"), None);
    assert_eq!(place("SELECT lower('"), None);
}

#[test]
fn an_alias_leads_to_its_relation() {
    let of = |text: &str, alias: &str| scope::aliased(&visible_tokens(text), alias);
    let sql = "SELECT p. FROM patients p JOIN cohorts.t2 AS t USING (case_id), images i";
    assert_eq!(of(sql, "p").as_deref(), Some("patients"));
    assert_eq!(of(sql, "t").as_deref(), Some("cohorts.t2"));
    assert_eq!(of(sql, "i").as_deref(), Some("images"));
    assert_eq!(of(sql, "x"), None);
}

#[test]
fn commands_are_distinct_and_described() {
    let mut names = HashSet::new();
    for command in COMMANDS {
        assert!(command.name.starts_with('.'), "{}", command.name);
        assert!(language::korean(command.help).is_some(), "{} has no Korean", command.name);
        assert!(!command.help.is_empty() && command.arity.0 <= command.arity.1);
        for name in command.aliases.iter().chain([&command.name]) {
            assert!(names.insert(*name), "{name} names two commands");
        }
        assert_eq!(command.usage.is_empty(), command.words.is_empty(), "{}", command.name);
    }
}
