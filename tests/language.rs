//! Korean beside English: every text that people read has both, and the language is chosen in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use clap::builder::StyledStr;
use mammodex::cli;
use mammodex::language::{korean, pairs};
use unicode_width::UnicodeWidthStr;

use super::fixture::{Fixture, command_by_python, mammodex};
use super::source_tree::{files_below, repository};

/// Fails with every text that has no Korean, and the file that takes it.
fn assert_all_have_korean(texts: &BTreeSet<String>, file: &str) {
    let missing: Vec<String> = texts
        .iter()
        .filter(|text| korean(text).is_none_or(|translated| translated == **text))
        .map(|text| format!("[[text]]\nen = {text:?}\nko = \"\"\n"))
        .collect();
    assert!(
        missing.is_empty(),
        "{file} lacks the Korean of {} texts; add it, or change the `en` beside it if the English was \
         reworded:\n\n{}",
        missing.len(),
        missing.join("\n")
    );
}

fn texts_of_help(command: &clap::Command, texts: &mut BTreeSet<String>) {
    let mut add = |short: Option<&StyledStr>, long: Option<&StyledStr>| {
        texts.extend(long.or(short).map(ToString::to_string));
    };
    add(command.get_about(), command.get_long_about());
    for argument in command.get_arguments() {
        add(argument.get_help(), argument.get_long_help());
        for value in argument.get_possible_values() {
            add(value.get_help(), None);
        }
    }
    let after = command.get_after_help().or(command.get_after_long_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let sentences = after.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
    texts.extend(sentences.map(str::to_owned));
    command.get_subcommands().for_each(|inner| texts_of_help(inner, texts));
}

#[test]
fn every_text_of_the_help_has_korean() {
    let mut texts = BTreeSet::new();
    texts_of_help(&cli::grammar(), &mut texts);
    assert!(texts.len() > 150);
    assert_all_have_korean(&texts, "schema/texts/help.toml");
    let file = pairs().into_iter().filter(|pair| pair.file == "schema/texts/help.toml");
    let stale: Vec<String> =
        file.map(|pair| pair.en).filter(|english| !texts.contains(english)).collect();
    assert!(stale.is_empty(), "schema/texts/help.toml: no longer in the help, remove: {stale:#?}");
}

/// The names of the values of a text; those without one are numbered from 0.
fn value_names(text: &str) -> BTreeSet<String> {
    let text = text.replace("{{", "").replace("}}", "");
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let names = inside.map(|(value, _)| value.split(':').next().unwrap_or_default());
    let mut unnamed = 0..;
    names
        .map(|name| match name.trim_start_matches('~') {
            "" => unnamed.next().map(|number: i32| number.to_string()).unwrap_or_default(),
            name => name.to_owned(),
        })
        .collect()
}

#[test]
fn every_text_of_the_schema_has_korean() {
    let mut english = BTreeMap::new();
    for pair in pairs() {
        assert!(
            !pair.en.trim().is_empty() && !pair.ko.trim().is_empty(),
            "{}: {pair:?}",
            pair.file
        );
        assert!(
            pair.ko.chars().any(|c| ('가'..='힣').contains(&c))
                || pair.en.len() < 32
                || !pair.file.starts_with("schema/texts/"),
            "{}: not Korean: {}",
            pair.file,
            pair.ko
        );
        if pair.file.starts_with("schema/texts/") {
            let english = value_names(&pair.en);
            let unknown: Vec<_> = value_names(&pair.ko).difference(&english).cloned().collect();
            assert!(unknown.is_empty(), "{}: {unknown:?} are not in {:?}", pair.file, pair.en);
        }
        english.entry(pair.en.clone()).or_insert(pair);
    }
    assert!(english.len() > 900);
}

#[test]
fn the_language_is_that_of_option_configuration_environment_and_locale_in_this_order() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let config = |text: &str| {
        let file = dir.join("config.toml");
        std::fs::write(&file, text).unwrap();
        file
    };
    let is_korean = |arguments: &[&str], settings: &[(&str, &str)]| {
        let mut command = mammodex(dir);
        command.args(["schema", "--issues", "laterality-conflict"]).args(arguments);
        let output = command.envs(settings.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().contains("좌우")
    };
    assert!(!is_korean(&[], &[]));
    assert!(is_korean(&[], &[("LANG", "ko_KR.UTF-8")]));
    assert!(is_korean(&[], &[("LC_MESSAGES", "ko_KR.UTF-8"), ("LANG", "en_US.UTF-8")]));
    assert!(!is_korean(&[], &[("LC_ALL", "C"), ("LANG", "ko_KR.UTF-8")]));
    assert!(is_korean(&[], &[("MAMMODEX_LANG", "ko"), ("LC_ALL", "C")]));
    let english = config("lang = \"en\"");
    let english = ("MAMMODEX_CONFIG", english.to_str().unwrap());
    assert!(!is_korean(&[], &[english, ("MAMMODEX_LANG", "ko")]));
    assert!(is_korean(&["--lang", "ko"], &[english]));
    assert!(is_korean(&["--lang=ko"], &[english]));
    let said = fixture.run(&["--lang", "de", "schema"]);
    assert_eq!(said.code, 2);
    let output = mammodex(dir).arg("schema").env("MAMMODEX_LANG", "de").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("use en or ko"));
}

#[test]
fn a_finding_and_a_check_are_explained_in_both_languages() {
    let fixture = Fixture::new();
    let both = fixture.done(&["explain", "laterality-conflict"]);
    assert!(both.contains("What to do: Look at the image") && both.contains("조치: "), "{both}");
    let korean = fixture.done(&["explain", "images.kvp_kv.range", "--lang", "ko"]);
    assert!(!korean.contains("What to do") && korean.contains("범위를 벗어난"), "{korean}");
    let said = fixture.run(&["explain", "laterality-conflic"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean laterality-conflict?"), "{}", said.err);
}

#[test]
fn what_is_said_around_data_is_korean() {
    for (english, wanted) in [
        (
            "{bar:40} {human_pos} of {human_len} files, {eta}",
            "{bar:40} 파일 {human_len}개 중 {human_pos}개, {eta}",
        ),
        ("30,000 rows so far", "지금까지 행 30,000개"),
        ("30,000 rows", "행 30,000개"),
        ("40 shown", "40개 표시"),
        ("parts: train 0.7, test 0.3", "부분: train 0.7, test 0.3"),
        ("a Hangul document", "한글 문서"),
        (
            "Binder Error: Referenced column \"vender\" not found in FROM clause!",
            "열 오류: FROM 절의 테이블에 열 \"vender\" 이(가) 없습니다",
        ),
        (
            "hint: did you mean vendor, a column of patients?",
            "도움말: 혹시 patients 의 열 vendor 입니까?",
        ),
    ] {
        assert_eq!(korean(english).as_deref(), Some(wanted), "{english}");
    }
    let side_files = std::fs::read_to_string(repository().join("schema/vocabulary/side_files.csv"));
    let reasons = side_files.unwrap();
    let reasons = reasons.lines().filter(|line| !line.starts_with('#')).skip(1);
    let reasons = reasons.map(|line| line.splitn(4, ',').last().unwrap().to_owned()).collect();
    assert_all_have_korean(&reasons, "schema/texts/labels.toml");
}

#[test]
fn data_does_not_depend_on_the_language() {
    let fixture = Fixture::new();
    for arguments in [
        &["check", "--all", "--format", "csv"][..],
        &["query", "--format", "csv", "FROM patients"],
        &["schema", "--format", "json"],
    ] {
        let korean = [arguments, &["--lang", "ko"]].concat();
        assert_eq!(fixture.run(arguments).out, fixture.run(&korean).out, "{arguments:?}");
    }
}

/// Where messages begin in the source; each is followed by its format string.
const MESSAGES: &[&str] = &[
    r"#\[error\(",
    r"note!\(",
    r"(?:complain|write_note)\((?:&format!\()?",
    r"Err\((?:format!\()?",
    r"ok_or\(",
    r"ok_or_else\(\|\|\s*(?:format!\()?",
    r"screen\s*\.(?:note|error)\((?:&format!\()?",
    r"writeln!\(\s*out,",
];

/// Files whose texts are written into tables, pages and other data, or are causes of an error that is shown with
/// them: English in every language.
const DATA: &[&str] = &[
    "src/cli/printer.rs",
    "src/report/html.rs",
    "src/results/html.rs",
    "src/results/latex.rs",
    "src/records/",
    "src/sources/workbook/",
    "src/sources/archive/",
    "src/sources/dicom/deidentification.rs",
    "src/sources/dicom/attributes.rs",
    "src/sources/profile/template.rs",
    "src/catalog/rows.rs",
    "src/language/",
    "src/statistics/",
];

#[test]
fn every_message_has_korean() {
    let pattern = format!(r#"(?:{})\s*"((?:[^"\\]|\\.)*)""#, MESSAGES.join("|"));
    let message = regex::Regex::new(&format!("(?s){pattern}")).unwrap();
    let broken = regex::Regex::new(r"\\\n\s*").unwrap();
    let value = regex::Regex::new(r"\{[^}]*\}").unwrap();
    let known: BTreeSet<String> =
        pairs().into_iter().map(|pair| pair.en.trim().to_owned()).collect();
    let mut missing = Vec::new();
    let root = repository();
    for path in files_below(&root.join("src"), &["rs"]) {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        if DATA.iter().any(|data| name.starts_with(data)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for found in message.captures_iter(code) {
            let words = broken.replace_all(&found[1], "");
            let words = words.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\");
            let letters =
                value.replace_all(&words, "").chars().filter(|c| c.is_alphabetic()).count();
            if letters >= 3 && !known.contains(words.trim()) {
                missing.push(format!("# {name}\n[[text]]\nen = {words:?}\nko = \"\"\n"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "schema/texts/messages.toml lacks the Korean of {} messages; add it, or change the `en` beside it if \
         the English was reworded. A value is `{{name}}` in both, `{{}}` is {{0}}, {{1}} … in Korean:\n\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn summaries_and_errors_are_korean_under_lang_ko() {
    let fixture = Fixture::new();
    let said = |arguments: &[&str]| {
        let said = fixture.run(&[arguments, &["--lang", "ko"]].concat());
        format!("{}{}", said.out, said.err)
    };
    let create = said(&["cohort", "create", "all", "--where", "true"]);
    assert!(create.contains("코호트 all: 환자 60명, 영상 236개; 저장: "), "{create}");
    let again = said(&["cohort", "create", "all", "--where", "true"]);
    assert!(again.contains("코호트 all 이(가) 이미 있습니다. --force 로 대체합니다"), "{again}");
    let split = said(&["split", "create", "s", "--cohort", "all", "--ratios", "train=0.7,val=0.3"]);
    assert!(split.contains("분할 s: 환자 60명; 저장: "), "{split}");
    assert!(split.contains("목표와의 최대 차이: 층당 환자 "), "{split}");
    let check = said(&["check"]);
    assert!(check.contains("점검 ") && check.contains("실패 "), "{check}");
    let table = said(&["table1", "all", "--by", "diagnosis"]);
    assert!(table.contains("나이, 년, 평균 (SD)") && table.contains("제조사, n (%)"), "{table}");
    let unknown = said(&["cohort", "show", "al"]);
    assert!(unknown.contains("이(가) 없습니다"), "{unknown}");
    let option = said(&["cohort", "create", "--unitt", "x"]);
    assert!(option.contains("오류: 알 수 없는 인자 '--unitt'"), "{option}");
    let format = said(&["query", "--format", "tabel", "x"]);
    assert!(format.contains("[가능한 값: table, csv"), "{format}");
    let sheet = said(&["export", "xlsx", "a.xlsx", "--sheets", "xyz"]);
    assert!(sheet.contains("images, issues"), "{sheet}");
    let near = said(&["cohort", "create", "c", "--diagnosis", "malignnt"]);
    assert!(near.contains("malignant 을(를) 뜻했습니까? 값: "), "{near}");
    let column = said(&["table1", "all", "--by", "age_yers:10"]);
    assert!(column.contains("age_years 을(를) 뜻했습니까?"), "{column}");
    let other = said(&["table1", "s"]);
    assert!(other.contains("s 은(는) 분할 입니다"), "{other}");
    let count = said(&["split", "create", "t", "--cohort", "all", "--folds", "x"]);
    assert!(count.contains("'x': 숫자가 아닌 글자가 있습니다"), "{count}");
    let lists = said(&["snapshot", "list"]) + &said(&["split", "list"]);
    for heading in ["스냅숏", "현재", "작성 시각 (UTC)", "프로필", "이름", "부분", "층화", "시드"]
    {
        assert!(lists.contains(heading), "{heading}: {lists}");
    }
    said(&["man", "pages"]);
    let page = std::fs::read_to_string(fixture.dir.path().join("pages/mammodex-query.1")).unwrap();
    for words in [".SH 이름\n", ".SH 옵션\n", ".SH 제한\n", "[기본값: ", "가능한 값:"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("[default: ") && !page.contains("Possible values"), "{page}");
    let schema = said(&["schema", "patients"]);
    assert!(schema.contains("검사장비(제조사) 원문"), "{schema}");
    let help = said(&["cohort", "create", "--help"]);
    assert!(
        help.contains("사용법: ") && help.contains("옵션:") && help.contains("코호트를 만듭니다"),
        "{help}"
    );
    assert!(!help.contains("Usage") && !help.contains("[default"), "{help}");
}

/// What appears on a terminal of 80 columns, as lines without colours; none where there is no Python.
fn at_a_terminal(fixture: &Fixture, arguments: &[&str], keys: &str) -> Option<Vec<String>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal.py");
    let mut child = command_by_python(&[script, "24", "80"])
        .args(arguments)
        .current_dir(fixture.dir.path())
        .envs([("HOME", fixture.dir.path()), ("XDG_STATE_HOME", fixture.dir.path())])
        .envs([("TERM", "xterm"), ("PAGER", ""), ("MAMMODEX_LANG", "ko")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|_| eprintln!("skipped: there is no python3"))
        .ok()?;
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let escape = regex::Regex::new("\x1b\\[[0-9;?]*[A-Za-z]").unwrap();
    Some(escape.replace_all(&text, "").lines().map(|line| line.trim_end().to_owned()).collect())
}

#[test]
fn tables_with_hangul_fit_a_terminal_and_their_columns_are_aligned() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    for arguments in [
        &["schema", "breasts"][..],
        &["schema", "--issues"],
        &["schema", "readings"],
        &["check", "--all"],
        &["table1", "all", "--by", "diagnosis"],
    ] {
        let Some(lines) = at_a_terminal(&fixture, arguments, "") else { return };
        // A table begins at the line above its rule.
        let rules = lines.iter().enumerate().filter(|(_, line)| line.contains('┼'));
        let rules: Vec<usize> = rules.map(|(place, _)| place).collect();
        assert!(!rules.is_empty(), "{arguments:?}: {lines:#?}");
        for rule in rules {
            let bars = |line: &str, bar: char| -> Vec<usize> {
                let places = line.char_indices().filter(|(_, c)| *c == bar);
                places.map(|(place, _)| line[..place].width()).collect()
            };
            let wanted = bars(&lines[rule], '┼');
            let rows = lines[rule + 1..].iter().take_while(|line| line.contains('│'));
            let rows: Vec<&String> = rows.chain([&lines[rule - 1]]).collect();
            assert!(rows.iter().any(|row| row.chars().any(|c| ('가'..='힣').contains(&c))));
            for row in rows {
                assert_eq!(bars(row, '│'), wanted, "{arguments:?}: {row}");
                assert!(!row.contains(" … "), "{arguments:?}: a column is omitted: {row}");
                assert!(row.width() <= 80, "{arguments:?}: {} columns: {row}", row.width());
            }
        }
    }
}

#[test]
fn hangul_is_typed_and_erased_at_the_prompt() {
    let fixture = Fixture::new();
    let steps = "{\"ready\": true}\n{\"type\": \"SELECT 1 AS 유방촬\u{7f}\u{7f}암;\\r\"}\n{\"wait\": \"행 1개\"}\n\
                 {\"ready\": true}\n{\"type\": \".quit\\r\"}\n";
    let Some(lines) = at_a_terminal(&fixture, &["shell"], steps) else { return };
    assert!(lines.iter().any(|line| line.trim() == "유암"), "{lines:#?}");
}
