//! `sql` cuts a text where DuckDB cuts it.
//!
//! `MAMMODEX_SQL_TEXTS=1000000 cargo nextest run -E 'test(/^sql_text::/)'` compares a million texts.

use std::env;

use duckdb::Connection;
use mammodex::sql::{self, TokenKind, Verb};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Expressions with everything that can hide a `;`, and some that look as if they could.
const EXPRESSIONS: &[&str] = &[
    "1",
    "1.",
    ".5",
    "1e5",
    "1.5E-3",
    "1_000",
    "0x1F",
    "0b1",
    "'a'",
    "''",
    "'it''s; /* '",
    "'\\'",
    "'a'\n'b;'",
    "'a' -- x;'\n'b'",
    "'a'\r'b'",
    "E'\\';'",
    "e'a\\\\'",
    "E'x'\n'\\';'",
    "E''''",
    "E'\\'';'",
    "N'x;'",
    "x'41'",
    "b'01'",
    "B'0;1'",
    "U&'a;'",
    "$$;$$",
    "$a$;$$;$a$",
    "$a$ $b$ ; $a$",
    "$_1$;$_1$",
    "$é$;$é$",
    "\"a\"",
    "\"a;\"\"b\"",
    "a$b",
    "a$$b",
    "U&\"a;b\"",
    "é;",
    "é",
    "(SELECT ';')",
    "[1, 2]",
    "{'a': ';'}",
    "1 + -1",
    "1 - - 1",
    "1 -- ;\n",
    "1 --;\r",
    "1 /* ; */",
    "1 /* /* ; */ ; */",
    "1 /*/ ; */",
    "1 /***/",
    "1 /* ' */",
    "1 -- '\n",
    "1 */* ; */ 2",
    "1 <-/**/1",
    "1=--;\n1",
    "1E'\\''",
    "1$a$;$a$",
    "$1",
    "$x",
    "a.b",
    "t.\"x;\"",
    "1::INT",
    "DATE '2020-01-01'",
    "\u{a0}1",
    "1\u{2003}+\u{3000}1",
    "'\u{a0};'",
    "E'\\'\u{a0}'",
    "a\u{200b}",
    "\u{feff}1",
    "--\u{a0};\n1",
    "1\u{a0}",
    "lambda x: x",
    "x -> x",
    "a -> ';'",
    "a @> b",
    "1 !~ 2",
    "'😀;'",
    "한글",
    "\"한;글\"",
    "'a'\u{c}'b'",
    "count(*)",
    "*",
];
/// What is between expressions.
const BETWEEN: &[&str] = &[
    " ",
    "",
    "\n",
    "\r",
    "\t",
    "\u{c}",
    "\u{b}",
    "/**/",
    "/* ; */",
    "--;\n",
    "--;\r",
    "\u{a0}",
    ",",
    ", ",
    " AS ",
    ";",
    "; ",
    ";;",
    "; SELECT ",
    ";SELECT ",
    ";/*;*/",
    ";--;\n",
    "$",
    "'",
    "\"",
    "E",
    "\\",
    "/*",
    "*/",
    "--",
    "$$",
    "||",
    "-",
    "/",
    "*",
    "(",
    ")",
    "U&",
    "$a$",
    "x",
    "1",
    "_",
    ".",
];

fn text(random: &mut StdRng) -> String {
    let mut text = String::from("SELECT ");
    for _ in 0..random.random_range(1..6) {
        text.push_str(EXPRESSIONS.choose(random).unwrap());
        let plain = random.random_bool(0.7);
        let between = if plain { &BETWEEN[8..20] } else { BETWEEN };
        text.push_str(between.choose(random).unwrap());
    }
    if random.random_bool(0.4) {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        text.remove(*places.choose(random).unwrap());
    }
    text
}

/// DuckDB's parse of every statement of a text, without the places in it; none when it is not SQL.
fn parsed(engine: &Connection, text: &str) -> Option<Vec<serde_json::Value>> {
    fn without_places(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                map.remove("query_location");
                map.values_mut().for_each(without_places);
            }
            serde_json::Value::Array(list) => list.iter_mut().for_each(without_places),
            _ => {}
        }
    }
    let sql = "SELECT json_serialize_sql(?::VARCHAR)";
    let tree: String = engine.query_row(sql, [text], |row| row.get(0)).ok()?;
    // Infinity is no JSON.
    let mut tree: serde_json::Value = serde_json::from_str(&tree).ok()?;
    without_places(&mut tree);
    (tree["error"] == false).then(|| tree["statements"].as_array().unwrap().clone())
}

#[test]
fn statements_end_where_duckdb_ends_them() {
    let engine = Connection::open_in_memory().unwrap();
    let texts = env::var("MAMMODEX_SQL_TEXTS").map_or(6_000, |count| count.parse().unwrap());
    let seed = env::var("MAMMODEX_SQL_SEED").map_or(7, |seed| seed.parse().unwrap());
    let mut random = StdRng::seed_from_u64(seed);
    let (mut compared, mut several) = (0, 0);
    for _ in 0..texts {
        let text = text(&mut random);
        let Some(whole) = parsed(&engine, &text) else { continue };
        let own: Vec<_> = sql::statements(&text)
            .iter()
            .map(|statement| parsed(&engine, &statement.sql).unwrap_or_default())
            .collect();
        // Unicode spaces after some quotes, and close to the end, are letters to DuckDB: cut off, a
        // statement may have other names or be none, never several. Likewise `**` is an operator of its own
        // where a comment follows at once.
        let is_plain =
            !text.contains("**") && !text.chars().any(|c| !c.is_ascii() && !c.is_alphanumeric());
        let same = own.iter().all(|one| one.len() == 1 || !is_plain && one.is_empty())
            && own.len() == whole.len()
            && (!is_plain || own.concat() == whole);
        assert!(
            same,
            "{text:?}: DuckDB has {} statements, here {:?}",
            whole.len(),
            sql::statements(&text)
        );
        compared += 1;
        several += usize::from(whole.len() > 1);
    }
    eprintln!("{compared} texts compared, {several} of several statements");
    assert!(compared * 20 > texts && several * 100 > texts);
}

#[test]
fn tokens_are_those_of_duckdb() {
    let kinds = |text: &str| -> Vec<(TokenKind, String)> {
        let tokens = sql::tokens(text);
        let code = tokens.iter().filter(|token| token.is_code());
        code.map(|token| (token.kind, token.text.to_owned())).collect()
    };
    let is = |text: &str, expected: &[(TokenKind, &str)]| {
        let expected: Vec<_> =
            expected.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect();
        assert_eq!(kinds(text), expected, "{text:?}");
    };
    use TokenKind::{End, Literal, Number, QuotedName, Symbol, Word};
    is("1E'\\';'", &[(Number, "1"), (Literal, "E'\\';'")]);
    is("xE'\\';'", &[(Word, "xE"), (Literal, "'\\'"), (End, ";"), (Literal, "'")]);
    is("a$E'\\'", &[(Word, "a$E"), (Literal, "'\\'")]);
    is("1$$;$$", &[(Number, "1"), (Literal, "$$;$$")]);
    is("a$$;", &[(Word, "a$$"), (End, ";")]);
    is("-- ;\r;", &[(End, ";")]);
    is("U&\"a\" <= $1", &[(QuotedName, "U&\"a\""), (Symbol, "<="), (Number, "$1")]);
    is("a\u{a0}$$;$$", &[(Word, "a"), (Literal, "$$;$$")]);
}

#[test]
fn a_statement_is_what_it_does_behind_comments_explain_and_prepare() {
    for (text, verb) in [
        ("/* SELECT */ COPY x TO 'y'", Verb::Copy),
        ("-- x\rDROP VIEW x", Verb::Define),
        ("EXPLAIN (ANALYZE /* ) SELECT 1 -- */) COPY x TO 'y'", Verb::Copy),
        ("EXPLAIN ANALYZE (FORMAT json) COPY x TO 'y'", Verb::Copy),
        ("EXPLAIN (SELECT 1) UNION SELECT 2", Verb::Query),
        ("PREPARE p(INT) AS EXPORT DATABASE 'x'", Verb::Export),
        ("(SELECT 1)", Verb::Query),
        ("\u{feff}SELECT 1", Verb::Query),
        ("\"select\" 1", Verb::Other),
        ("", Verb::Other),
    ] {
        assert_eq!(sql::Statement::new(text).verb, verb, "{text:?}");
    }
}

#[test]
fn a_script_that_grows_by_lines_ends_where_the_whole_one_does() {
    let mut random = StdRng::seed_from_u64(11);
    let mut ends = 0;
    for _ in 0..3_000 {
        let texts: Vec<String> =
            (0..random.random_range(1..5)).map(|_| text(&mut random)).collect();
        let script = texts.join("\n");
        if !script.is_ascii() {
            continue;
        }
        let (mut end, mut read) = (sql::ScriptEnd::default(), String::new());
        for line in script.split_inclusive('\n') {
            let line = format!("{}\n", line.trim_end_matches('\n'));
            read.push_str(&line);
            end.add(&line);
            assert_eq!(end.is_complete(), sql::is_complete(&read), "{read:?}");
            ends += usize::from(end.is_complete());
        }
    }
    assert!(ends > 100, "{ends}");
}

#[test]
fn many_lines_and_many_statements_take_time_in_proportion() {
    let dir = tempfile::tempdir().unwrap();
    let texts = "';\n".repeat(15_000);
    let literal = format!("SELECT length('{}')", texts.replace('\'', "''"));
    let script = format!("{literal};\n/*{}*/ SELECT 7;\n", ";\n".repeat(15_000));
    let fixture = crate::fixture::Fixture::new();
    let said = fixture.run_with(&["shell", "--no-init", "--format", "csv"], &script);
    assert!(said.out.contains("45000") && said.out.lines().any(|line| line == "7"), "{}", said.err);
    let statements = sql::statements(&"SELECT 1;\n".repeat(100_000));
    let bytes: usize = statements.iter().map(|statement| statement.sql.len()).sum();
    assert!(statements.len() == 100_000 && bytes < 100 << 20, "{bytes}");
    let script = format!("{}SELECT wrong;", "SET threads=2;\n".repeat(8_000));
    let said = crate::fixture::run_in(
        dir.path(),
        &["--catalog", fixture.catalog().to_str().unwrap(), "query", &script],
        "",
    );
    assert!(said.err.contains("LINE 1 is line 8000 of the script"), "{}", said.err);
}
