//! Texts that need no file: SQL, profiles, and the answers of object stores.

use std::cell::OnceCell;

use mammodex::catalog::Catalog;
use mammodex::records::column::ClinicalColumn;
use mammodex::remote::{ListPage, RemoteAddress};
use mammodex::sources::profile::{Profile, RuleSource};
use mammodex::sql::{self, TokenKind};

/// A script of SQL: tokens without gaps, and statements that end where DuckDB ends them.
pub fn statements(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let tokens = sql::tokens(text);
    assert!(tokens.iter().map(|token| token.text).eq(cut(text, &tokens)));
    let statements = sql::statements(text);
    let ends = tokens.iter().filter(|token| token.kind == TokenKind::End).count();
    assert!(statements.len() <= ends + 1);
    let _ = (sql::is_complete(text), sql::names(text));
    for token in &tokens {
        let _ = (token.name(), token.value());
    }
    // Unicode spaces and `**` depend on what follows them, see tests/sql_tokens.rs.
    if !text.is_ascii() || text.contains(['\0', '\u{b}']) || text.contains("**") {
        return;
    }
    let count = count_in_duckdb(text);
    assert!(count.is_none_or(|count| count == statements.len()), "{count:?} {statements:?}");
}

/// The texts between the ends of tokens.
fn cut<'t>(text: &'t str, tokens: &[sql::Token<'_>]) -> Vec<&'t str> {
    let mut start = 0;
    let mut parts = Vec::new();
    for token in tokens {
        parts.push(&text[start..token.range.end]);
        start = token.range.end;
    }
    assert_eq!(start, text.len());
    parts
}

/// The number of statements by DuckDB's parser, of a text of queries alone.
fn count_in_duckdb(text: &str) -> Option<usize> {
    thread_local!(static ENGINE: OnceCell<Catalog> = const { OnceCell::new() });
    let count = format!(
        "SELECT CASE WHEN tree->>'error' = 'false' THEN json_array_length(tree, '$.statements') END::BIGINT
         FROM (SELECT json_serialize_sql({}) AS tree)",
        sql::literal(text)
    );
    ENGINE.with(|engine| {
        let engine = engine.get_or_init(|| Catalog::without_snapshot().expect("an engine"));
        let count: Option<u64> = engine.value(&count).ok()?;
        count.and_then(|count| usize::try_from(count).ok())
    })
}

/// A profile, applied to a path, a header and an ID.
pub fn profile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(profile) = Profile::parse("p", text) else { return };
    let paths =
        ["1. Cancer/001/DBT_RCC.dcm", "CMMD/D1-0001/1-1.dcm", "reader/(2024-01-02)/Cancer_1.json", "가/ㄴ"];
    for path in paths {
        for from in [RuleSource::Path, RuleSource::Annotation, RuleSource::Workbook] {
            if let Some(case) = profile.case(from, path, profile.group_of_path(path)) {
                let _ = (case.masked(profile.key()), profile.group_of_case(path));
            }
        }
        let _ = (profile.pane(path), profile.file_key(path), profile.delivery(path));
        let _ = (profile.is_fallback(path), profile.mention(path), profile.column(path));
        let _ = (profile.extra_column(path), profile.published_reader(path.to_owned()));
    }
    let _ = profile.names_column(ClinicalColumn::from_name("age").expect("a column"), "age");
}

/// What a store answers to the request for a list, and an address.
pub fn listing(bytes: &[u8]) {
    if let Ok(page) = ListPage::read(bytes) {
        assert!(page.objects.is_sorted_by(|a, b| a.key < b.key));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(Some(address)) = RemoteAddress::parse(text)
    {
        let shown = address.to_string();
        assert_eq!(RemoteAddress::parse(&shown), Ok(Some(address)));
        let _ = RemoteAddress::without_credentials(text);
    }
}
