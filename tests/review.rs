//! `mammodex review`: verdicts on disk, in SQL and over HTTP, and the page in a browser.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use mammodex::review::{PageTexts, ReviewLog, Verdict, VerdictKind, read_verdicts};
use regex::Regex;

use crate::fixture::{self, Said, assert_said, mammodex, run_in};

/// A synthetic data set and its catalog.
fn indexed(patients: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run_in(dir.path(), &["sample", "data", "--patients", patients], "").code, 0);
    assert_eq!(run_in(dir.path(), &["index", "data"], "").code, 0);
    dir
}

fn query(dir: &Path, sql: &str) -> String {
    let said = run_in(dir, &["query", "--format", "csv", sql], "");
    assert_eq!(said.code, 0, "{}", said.err);
    said.out.lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn hashes(dir: &Path) -> Vec<String> {
    let sql = "SELECT contour_hash FROM contour_reviews ORDER BY case_id, view, contour_hash";
    query(dir, sql).lines().map(str::to_owned).collect()
}

fn verdict(reviewer: &str, hash: &str, kind: VerdictKind) -> Verdict {
    Verdict {
        number: 0,
        reviewer: reviewer.parse().unwrap(),
        given_at: "2026-01-31T09:30:00.000Z".to_owned(),
        contour_hash: hash.to_owned(),
        case_id: "Cancer_00001".to_owned(),
        image_path: "LCC.dcm".to_owned(),
        verdict: kind,
        reason: (kind == VerdictKind::Reject).then(|| "too_small".to_owned()),
        note: None,
        seconds: 3.5,
        snapshot: 1,
    }
}

fn give(dir: &Path, reviewer: &str, hash: &str, kind: VerdictKind) {
    let mut log = ReviewLog::open(&dir.join("catalog"), &reviewer.parse().unwrap()).unwrap();
    log.append(verdict(reviewer, hash, kind)).unwrap();
}

#[test]
fn a_reviewer_at_the_page_in_a_browser() {
    let dir = indexed("30");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/review_page.py");
    let mut command = fixture::command_by_python(&[script.to_str().unwrap()]);
    command.arg(dir.path()).env("HOME", dir.path());
    command.args(std::env::var_os("MAMMODEX_SCREENSHOTS"));
    let said = fixture::run(&mut command, dir.path(), "");
    match said.code {
        77 => eprintln!("skipped: there is no Chromium with its driver"),
        code => assert_eq!(code, 0, "{}", said.err),
    }
}

#[test]
fn two_who_agree_settle_a_contour_and_a_third_decides() {
    let dir = indexed("20");
    let all = hashes(dir.path());
    let [agreed, disputed, decided, doubted] = [0, 1, 2, 3].map(|place: usize| all[place].as_str());
    for reviewer in ["kim", "lee"] {
        give(dir.path(), reviewer, agreed, VerdictKind::Accept);
    }
    for hash in [disputed, decided] {
        give(dir.path(), "kim", hash, VerdictKind::Accept);
        give(dir.path(), "lee", hash, VerdictKind::Reject);
    }
    give(dir.path(), "park", decided, VerdictKind::Reject);
    give(dir.path(), "kim", doubted, VerdictKind::SecondOpinion);
    let sql = format!(
        "SELECT status FROM contour_reviews WHERE status <> 'unreviewed' \
         ORDER BY list_position(['{agreed}', '{disputed}', '{decided}', '{doubted}'], contour_hash)"
    );
    let statuses = "accepted\ndisagreement\nrejected\nsecond_opinion";
    assert_eq!(query(dir.path(), &sql), statuses);
    let sql = "SELECT contours, both_accept, only_a_accepts, round(agreement, 3), kappa \
               FROM review_agreement WHERE reviewer_a = 'kim' AND reviewer_b = 'lee'";
    assert_eq!(query(dir.path(), sql), "3,1,2,0.333,0.0");
    assert_eq!(query(dir.path(), "SELECT contour_hash FROM review_disagreements"), disputed);
    // A later verdict replaces the one before, which stays on record.
    give(dir.path(), "lee", disputed, VerdictKind::Accept);
    assert_eq!(query(dir.path(), "SELECT count(*) FROM review_disagreements"), "0");
    assert_eq!(query(dir.path(), "SELECT count(*) FROM reviews WHERE NOT is_latest"), "1");
    // A safe session reads them too.
    let safe = run_in(
        dir.path(),
        &["query", "--safe", "--format", "csv", "SELECT count(*) AS n FROM reviews"],
        "",
    );
    assert_eq!((safe.code, safe.out.as_str()), (0, "n\n9\n"), "{}", safe.err);
}

#[test]
fn a_torn_line_costs_no_other_and_is_never_a_verdict() {
    let dir = indexed("20");
    let hash = &hashes(dir.path())[0];
    give(dir.path(), "kim", hash, VerdictKind::Accept);
    let path = dir.path().join("catalog/reviews/kim.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    let whole = bytes.clone();
    // Cut within a Korean letter, then zeros as a file system may leave them.
    bytes.extend_from_slice("{\"number\":2,\"note\":\"\u{ac00}".as_bytes());
    bytes.pop();
    bytes.extend_from_slice(&[0, 0, 0]);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(query(dir.path(), "SELECT number FROM reviews"), "1");
    let mut log = ReviewLog::open(&dir.path().join("catalog"), &"kim".parse().unwrap()).unwrap();
    assert_eq!((log.verdicts().len(), log.unreadable()), (1, &[2][..]));
    log.append(verdict("kim", hash, VerdictKind::Reject)).unwrap();
    // Two at a time would number their lines alike.
    let second = ReviewLog::open(&dir.path().join("catalog"), &"kim".parse().unwrap());
    assert!(second.unwrap_err().to_string().contains("is locked by process"));
    assert!(fs::read(&path).unwrap().starts_with(&whole));
    assert_eq!(read_verdicts(&path).unwrap().verdicts.len(), 2);
    let sql = "SELECT number, verdict, is_latest FROM reviews ORDER BY number";
    assert_eq!(query(dir.path(), sql), "1,accept,false\n2,reject,true");
}

#[test]
fn a_contour_that_is_drawn_again_is_unreviewed_again() {
    let dir = indexed("20");
    let all = hashes(dir.path());
    all.iter().for_each(|hash| give(dir.path(), "kim", hash, VerdictKind::Accept));
    let unreviewed = "SELECT count(*) FROM contour_reviews WHERE status = 'unreviewed'";
    assert_eq!(query(dir.path(), unreviewed), "0");
    let sql = "SELECT annotation_path FROM contour_reviews ORDER BY 1 LIMIT 1";
    let path = dir.path().join("data").join(query(dir.path(), sql));
    let text = fs::read_to_string(&path).unwrap();
    // The second point of the first contour moves by a pixel.
    let moved = text.match_indices("\"x\": ").nth(1).unwrap().0 + 5;
    let end = moved + text[moved..].find('}').unwrap();
    let column: i64 = text[moved..end].trim().parse().unwrap();
    fs::write(&path, format!("{}{}{}", &text[..moved], column + 1, &text[end..])).unwrap();
    assert_eq!(run_in(dir.path(), &["index", "data"], "").code, 0);
    assert_eq!(query(dir.path(), unreviewed), "1");
    let sql = "SELECT count(*) FILTER (NOT is_current), count(*) FROM reviews";
    assert_eq!(query(dir.path(), sql), format!("1,{}", all.len()));
}

#[test]
fn rejected_contours_go_to_the_annotation_tool_and_come_back_equal() {
    let dir = indexed("20");
    let all = hashes(dir.path());
    give(dir.path(), "kim", &all[0], VerdictKind::Reject);
    let said = run_in(dir.path(), &["review", "export", "-o", "out"], "");
    let summary = "1 contour to correct in 1 case, 1 annotation file; saved to out\n";
    assert_eq!((said.code, said.err.as_str()), (0, summary));
    let list = fs::read_to_string(dir.path().join("out/corrections.csv")).unwrap();
    assert!(list.lines().nth(1).unwrap().contains("too_small,,"), "{list}");
    assert!(list.contains(&all[0]));
    let sql =
        format!("SELECT annotation_path FROM contour_reviews WHERE contour_hash = '{}'", all[0]);
    let original = dir.path().join("data").join(query(dir.path(), &sql));
    let exported: Vec<PathBuf> =
        crate::sample_data::files_below(&dir.path().join("out/annotations"))
            .into_iter()
            .map(|(_, path)| path)
            .collect();
    assert_eq!(exported.len(), 1);
    fs::copy(&exported[0], original).unwrap();
    assert_eq!(run_in(dir.path(), &["index", "data"], "").code, 0);
    assert_eq!(hashes(dir.path()), all);
}

#[test]
fn verdicts_of_others_are_checked_before_any_is_added() {
    let dir = indexed("20");
    let hash = &hashes(dir.path())[0];
    let line = |verdict: &Verdict| format!("{}\n", serde_json::to_string(verdict).unwrap());
    let good = verdict("kim", hash, VerdictKind::Accept);
    let cases = [
        (Verdict { reason: Some("too_small".into()), ..good.clone() }, "only a rejection"),
        (Verdict { contour_hash: "x".into(), ..good.clone() }, "is not the hash of a contour"),
        (Verdict { given_at: "today".into(), ..good.clone() }, "is not a time"),
        (Verdict { seconds: -1.0, ..good.clone() }, "is not a number of seconds"),
        (Verdict { reviewer: "lee".parse().unwrap(), ..good.clone() }, "verdicts of kim, lee"),
        (
            Verdict { reason: Some("ugly".into()), verdict: VerdictKind::Reject, ..good.clone() },
            "the reason \"ugly\" is not one of: wrong_outline",
        ),
    ];
    for (bad, message) in cases {
        fs::write(dir.path().join("in.jsonl"), line(&good) + &line(&bad)).unwrap();
        let said = run_in(dir.path(), &["review", "import", "in.jsonl"], "");
        assert!(said.code == 2 && said.err.contains(message), "{}", said.err);
    }
    fs::write(dir.path().join("in.jsonl"), line(&good) + "{\"number\":2").unwrap();
    let said = run_in(dir.path(), &["review", "import", "in.jsonl"], "");
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: in.jsonl: line 2 is not a verdict
        ");
    assert_eq!(query(dir.path(), "SELECT count(*) FROM reviews"), "0");
    fs::write(dir.path().join("in.jsonl"), line(&good)).unwrap();
    for added in ["1 verdict of kim added\n", "0 verdicts of kim added; 1 already there\n"] {
        let said = run_in(dir.path(), &["review", "import", "in.jsonl"], "");
        assert_eq!((said.code, said.err.as_str()), (0, added));
    }
}

#[test]
fn a_hostile_file_of_verdicts_is_refused_or_is_text() {
    let dir = indexed("20");
    let hash = &hashes(dir.path())[0];
    let good = verdict("kim", hash, VerdictKind::Reject);
    let good = Verdict { reason: Some("too_small".into()), ..good };
    let text = serde_json::to_string(&good).unwrap();
    let value = |pointer: &str, new: serde_json::Value| {
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value[pointer] = new;
        value.to_string()
    };
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = [
        value("reviewer", "../../../outside".into()),
        value("reviewer", "/etc/passwd".into()),
        value("reviewer", "".into()),
        value("number", (-1).into()),
        value("number", 1e300.into()),
        value("seconds", "long".into()),
        value("verdict", "delete".into()),
        value("contour_hash", "' OR 1=1 --".into()),
        value("note", "x".repeat(3000).into()),
        value("snapshot", serde_json::json!({})),
        deep,
        text.replace("\"kim\"", "\"kim\", \"reviewer\": \"lee\""),
        "\u{0}".repeat(1000),
    ];
    for line in refused {
        fs::write(dir.path().join("in.jsonl"), &line).unwrap();
        let said = run_in(dir.path(), &["review", "import", "in.jsonl"], "");
        assert_eq!(said.code, 2, "{:.200}: {}", line, said.err);
        assert!(said.err.starts_with("mammodex: in.jsonl: "), "{}", said.err);
        assert_eq!(query(dir.path(), "SELECT count(*) FROM reviews"), "0");
    }
    assert!(!dir.path().parent().unwrap().join("outside.jsonl").exists());
    // Repeated verdicts count once; thousands take no time; a hash of another catalog names nothing here.
    let other = "f".repeat(hash.len());
    let lines: String = (0..5000).map(|_| format!("{text}\n")).collect();
    let script = value("note", "<script>alert(1)</script>\u{1b}[31m".into());
    let lines = format!("{lines}{}\n{script}\n", value("contour_hash", other.into()));
    fs::write(dir.path().join("in.jsonl"), lines).unwrap();
    let said = run_in(dir.path(), &["review", "import", "in.jsonl"], "");
    assert_eq!(said.err, "3 verdicts of kim added; 4999 already there\n");
    assert_eq!(query(dir.path(), "SELECT count(*) FROM reviews"), "3");
    let said =
        run_in(dir.path(), &["query", "SELECT note FROM reviews WHERE note IS NOT NULL"], "");
    assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
}

/// A server of a review, killed when dropped.
struct PageServer {
    process: Child,
    host: String,
    port: u16,
    token: String,
}

impl PageServer {
    fn start(dir: &Path) -> Self {
        Self::start_at(dir, &["--serve"])
    }

    fn start_at(dir: &Path, arguments: &[&str]) -> Self {
        let mut command = mammodex(dir);
        command.args(["review", "--reviewer", "kim"]).args(arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let (host, rest) = url.trim().strip_prefix("http://").unwrap().split_once(':').unwrap();
        let (host, port_and_token) = (host.to_owned(), rest);
        let (port, token) = port_and_token.trim_end_matches('/').split_once('/').unwrap();
        Self { process, host, port: port.parse().unwrap(), token: token.to_owned() }
    }

    /// Status and text of an answer.
    fn send(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect((self.host.as_str(), self.port)).unwrap();
        let length = body.len();
        let request =
            format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        let request = request.replace("PORT", &self.port.to_string()).replace("TOKEN", &self.token);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or(0), answer)
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_server_answers_its_own_page_alone() {
    let dir = indexed("20");
    fs::write(dir.path().join("secret.jpg"), "secret").unwrap();
    let server = PageServer::start(dir.path());
    let get =
        |path: &str, host: &str| server.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}"), "");
    let (status, page) = get("/TOKEN/", "127.0.0.1:PORT");
    assert_eq!(status, 200);
    for header in ["content-security-policy: default-src 'none'; img-src 'self'", "no-referrer"] {
        assert!(page.contains(header), "{page}");
    }
    assert!(!page.contains("http-equiv") && !page.contains("//cdn"), "{page}");
    assert_eq!(get("/TOKEN/", "localhost:PORT").0, 200);
    let (status, picture) = get("/TOKEN/pictures/0/0.jpg", "127.0.0.1:PORT");
    assert!(status == 200 && picture.contains("image/jpeg"), "{status}");
    for (path, host, expected) in [
        ("/", "127.0.0.1:PORT", 404),
        ("/0123456789abcdef0123456789abcdef/", "127.0.0.1:PORT", 404),
        ("/TOKEN/", "evil.example:PORT", 403),
        ("/TOKEN/", "127.0.0.1:1", 403),
        ("/TOKEN/", "127.0.0.2:PORT", 403),
        ("/TOKEN/pictures/0/../../secret.jpg", "127.0.0.1:PORT", 404),
        ("/TOKEN/pictures/0/%2e%2e%2fsecret.jpg", "127.0.0.1:PORT", 404),
        ("/TOKEN/pictures/99999/0.jpg", "127.0.0.1:PORT", 404),
        ("/TOKEN/full/0/99.jpg", "127.0.0.1:PORT", 404),
        ("/TOKEN/cases/18446744073709551616.js", "127.0.0.1:PORT", 404),
        ("/TOKEN//etc/passwd", "127.0.0.1:PORT", 404),
        ("/TOKEN/verdicts", "127.0.0.1:PORT", 404),
    ] {
        let (status, answer) = get(path, host);
        assert_eq!(status, expected, "{path} {host}");
        assert!(!answer.contains("secret"));
    }
    let hash = &hashes(dir.path())[0];
    let body = format!("{{\"contour_hash\": \"{hash}\", \"verdict\": \"accept\", \"seconds\": 1}}");
    let post = |headers: &str, body: &str| {
        server
            .send(&format!("POST /TOKEN/verdicts HTTP/1.1\r\nHost: 127.0.0.1:PORT{headers}"), body)
    };
    let own = "\r\nOrigin: http://127.0.0.1:PORT";
    let json = "\r\nContent-Type: application/json";
    for (headers, body, expected) in [
        (json.to_owned(), body.clone(), 403),
        (format!("{json}\r\nOrigin: http://evil.example"), body.clone(), 403),
        (format!("{json}\r\nOrigin: null"), body.clone(), 403),
        (format!("{own}\r\nContent-Type: text/plain"), body.clone(), 405),
        (format!("{own}{json}"), "{}".to_owned(), 400),
        (format!("{own}{json}"), body.replace("accept", "reject"), 400),
        (format!("{own}{json}"), body.replace(&hash[..4], "ffff"), 409),
        (format!("{own}{json}"), format!("{body}{}", " ".repeat(70_000)), 413),
    ] {
        assert_eq!(post(&headers, &body).0, expected, "{headers} {body}");
    }
    assert_eq!(query(dir.path(), "SELECT count(*) FROM reviews"), "0");
    assert_eq!(post(&format!("{own}{json}"), &body).0, 200);
    assert_eq!(query(dir.path(), "SELECT verdict FROM reviews"), "accept");
}

#[test]
fn what_cannot_be_reviewed_is_refused() {
    let dir = indexed("20");
    let say =
        |arguments: &[&str]| -> Said { run_in(dir.path(), &[&["review"], arguments].concat(), "") };
    fs::create_dir(dir.path().join("site")).unwrap();
    fs::write(dir.path().join("site/index.html"), "<p>mine</p>").unwrap();
    for (folder, file) in [("styled", "page.css"), ("sent", "corrections.csv")] {
        fs::create_dir(dir.path().join(folder)).unwrap();
        fs::write(dir.path().join(folder).join(file), "mine").unwrap();
    }
    for (arguments, message) in [
        (&["--serve"][..], "name the reviewer"),
        (&["--reviewer", "kim"], "add --serve"),
        (&["--reviewer", "../kim", "--serve"], "is not a valid name"),
        (&["--reviewer", "kim", "--serve", "0.0.0.0:0"], "--allow-remote"),
        (&["--reviewer", "kim", "--serve", "--only", "Nobody"], "is not a case"),
        (&["--reviewer", "kim", "--serve", "--status", "accepted"], "no contour to review"),
        (&["--reviewer", "kim", "--static", "data/page"], "which is only read"),
        (&["--reviewer", "kim", "--static", "catalog/page"], "only mammodex itself writes"),
        (&["--reviewer", "kim", "--static", "site"], "is not a page of a review"),
        (&["--reviewer", "kim", "--static", "styled"], "is not a page of a review"),
        (&["export", "-o", "data/out"], "which is only read"),
        (&["export", "-o", "sent"], "corrections.csv exists; --force replaces it"),
    ] {
        let said = say(arguments);
        assert!(said.code == 2 && said.err.contains(message), "{arguments:?}: {}", said.err);
    }
    assert_eq!(fs::read_to_string(dir.path().join("site/index.html")).unwrap(), "<p>mine</p>");
}

/// Removes the annotation of a case, so that it has no contour.
fn remove_contours(dir: &Path, case: &str) {
    for (_, path) in crate::sample_data::files_below(&dir.join("data")) {
        if path.file_name().is_some_and(|name| *name == *format!("{case}.json")) {
            fs::remove_file(path).unwrap();
        }
    }
    run_in(dir, &["index", "data"], "");
}

#[test]
fn a_case_without_a_contour_is_reviewed_too() {
    let dir = indexed("20");
    remove_contours(dir.path(), "Cancer_00001");
    let undrawn = "SELECT contour_hash FROM undrawn_cases WHERE case_id = 'Cancer_00001'";
    let hash = query(dir.path(), undrawn);
    assert_eq!(hash.len(), 64);
    let say = |arguments: &[&str]| run_in(dir.path(), &[&["review"], arguments].concat(), "");
    let said = say(&["--reviewer", "kim", "--static", "page"]);
    assert!(said.err.contains(" cases (1 without a contour)"), "{}", said.err);
    let data = fs::read_to_string(dir.path().join("page/data.js")).unwrap();
    assert!(data.contains(&hash) && data.contains("malignant-without-contour"), "{data}");
    // Others on request, and the one that is named.
    let said = say(&["--reviewer", "kim", "--static", "all", "--all-cases"]);
    assert!(said.err.contains(" of 20 cases (17 without a contour)"), "{}", said.err);
    let said = say(&["--reviewer", "kim", "--static", "one", "--only", "Normal_00001"]);
    assert!(said.err.contains("0 contours of 1 case (1 without a contour)"), "{}", said.err);
    let status =
        "SELECT status, rejected_by FROM undrawn_case_reviews WHERE case_id = 'Cancer_00001'";
    assert_eq!(query(dir.path(), status), "unreviewed,");
    for reviewer in ["kim", "lee"] {
        let mut missing = verdict(reviewer, &hash, VerdictKind::Reject);
        missing.reason = Some("lesion_missing".to_owned());
        let catalog = dir.path().join("catalog");
        let mut log = ReviewLog::open(&catalog, &reviewer.parse().unwrap()).unwrap();
        log.append(missing).unwrap();
    }
    assert_eq!(query(dir.path(), status), "rejected,\"[kim, lee]\"");
    assert_eq!(query(dir.path(), "SELECT DISTINCT is_current FROM reviews"), "true");
    let said = say(&["export", "-o", "corrections"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let list = fs::read_to_string(dir.path().join("corrections/corrections.csv")).unwrap();
    assert!(list.contains("Cancer_00001,,,,,rejected,kim lee,,lesion_missing"), "{list}");
}

#[test]
fn a_page_for_other_machines_has_an_address_that_they_reach() {
    let dir = indexed("20");
    let server = PageServer::start_at(dir.path(), &["--serve", "0.0.0.0:0", "--allow-remote"]);
    let get =
        |path: &str, host: &str| server.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}"), "");
    assert_ne!(server.host, "0.0.0.0");
    assert_eq!(get("/TOKEN/", &format!("{}:PORT", server.host)).0, 200);
}

#[test]
fn every_contour_is_in_the_queue_or_excluded_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "60", "--flaws"];
    assert_eq!(run_in(dir.path(), &sample, "").code, 0);
    run_in(dir.path(), &["index", "data"], "");
    let said = run_in(dir.path(), &["review", "--reviewer", "kim", "--static", "page"], "");
    let count = Regex::new(r"(\d+) contours? (?:of \d+ cases|\()").unwrap();
    let counts: Vec<u64> =
        count.captures_iter(&said.err).map(|found| found[1].parse().unwrap()).collect();
    let all: u64 = query(dir.path(), "SELECT count(*) FROM lesions").parse().unwrap();
    assert_eq!((counts.len(), counts.iter().sum()), (2, all), "{}", said.err);
    assert_said!(said, @r"
        exit code 0
        --- stderr ---
        excluded: 3 contours (1 duplicate, 2 without an image)
        30 contours of 12 cases (1 without a contour), 48 pictures saved; open page/index.html
        ");
}

#[test]
fn every_text_of_the_page_is_there_in_both_languages_and_used() {
    let texts = PageTexts::get();
    assert!(!texts.texts.is_empty(), "texts.toml does not parse");
    for text in texts.texts.iter().chain(&texts.reasons).chain(&texts.doubts).chain(&texts.checks) {
        assert!(!text.en.trim().is_empty() && !text.ko.trim().is_empty(), "{}", text.code);
        let is_korean = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
        if text.code != "language" {
            assert!(text.ko.contains(is_korean) && !text.en.contains(is_korean), "{}", text.code);
        }
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/review/page");
    let files = ["index.html", "page.js", "view.js", "verdicts.js"];
    let source: String =
        files.iter().map(|name| fs::read_to_string(page.join(name)).unwrap()).collect();
    let named = Regex::new(r#"data-text="(\w+)"|\bt\("(\w+)"\)"#).unwrap();
    for capture in named.captures_iter(&source) {
        let code = capture.get(1).or(capture.get(2)).unwrap().as_str();
        assert!(texts.texts.iter().any(|text| text.code == code), "{code} is not in texts.toml");
    }
    let given =
        ["accept", "reject", "second_opinion", "withdrawn", "normal", "benign", "malignant"];
    for text in &texts.texts {
        let used =
            source.contains(&format!("\"{}\"", text.code)) || given.contains(&text.code.as_str());
        assert!(used, "{} is not used", text.code);
    }
    let checks: Vec<&str> = texts.checks.iter().map(|check| check.code.as_str()).collect();
    let dir = indexed("5");
    let catalog = mammodex::catalog::Catalog::open(&dir.path().join("catalog"), None).unwrap();
    for check in mammodex::quality::checks() {
        let relation = format!("(\n{}\n)", check.statement().sql);
        let columns = catalog.columns(&relation).unwrap();
        let is_shown = check.origin == mammodex::quality::CheckOrigin::Program
            && check.severity != mammodex::records::issue::Severity::Info
            && columns.iter().any(|column| column == "case_id");
        assert_eq!(checks.contains(&check.name.as_str()), is_shown, "{}", check.name);
    }
    let view = include_str!("../schema/views/contour_doubts.sql");
    for doubt in &texts.doubts {
        assert!(view.contains(&format!("'{}'", doubt.code)), "{}", doubt.code);
    }
}
