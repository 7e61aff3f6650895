//! Type, side and view beside the published test tables of dicom-utils and mammocat: both readings are
//! in docs/accuracy.md, and each difference says who is right.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::custom_data::{DataSet, attributes, with_sequences};
use dicom_object::InMemDicomObject;

const FACTS: &str = include_str!("fixtures/published_tables.csv");

struct Fact {
    peer: String,
    fact: String,
    attributes: String,
    values: String,
    theirs: String,
    right: String,
    reason: String,
}

fn facts() -> Vec<Fact> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(FACTS.as_bytes());
    let fact = |row: csv::StringRecord| {
        let field = |column: usize| row[column].to_owned();
        let [peer, fact, attributes, values] = [0, 1, 2, 3].map(field);
        let [theirs, right, reason] = [4, 5, 6].map(field);
        Fact { peer, fact, attributes, values, theirs, right, reason }
    };
    reader.records().map(|row| fact(row.unwrap())).collect()
}

/// Writes an image with the attributes of a fact and none other that names view or side.
fn put(set: &DataSet, path: &str, fact: &Fact) {
    let names = fact.attributes.split(';');
    let mut plain: Vec<(&str, &str)> = names.zip(fact.values.split(';')).collect();
    let mut sequences = Vec::new();
    plain.retain(|(name, value)| match *name {
        "CodeMeaning" => {
            sequences.push(("ViewCodeSequence", attributes(&[("CodeMeaning", value)])));
            false
        }
        "FrameLaterality" => {
            let anatomy = vec![("FrameAnatomySequence", attributes(&[(name, value)]))];
            let group = with_sequences(InMemDicomObject::new_empty(), anatomy);
            sequences.push(("SharedFunctionalGroupsSequence", group));
            false
        }
        _ => true,
    });
    set.image_of(path, &plain, sequences);
}

/// What mammodex reads, in the words of the tables.
fn ours() -> Vec<String> {
    let set = DataSet::new();
    let facts = facts();
    for (number, fact) in facts.iter().enumerate() {
        put(&set, &format!("a/{number:03}.dcm"), fact);
    }
    set.index(&["--profile", "generic"]);
    let sql = "SELECT CASE mammogram_type WHEN 'ffdm' THEN 'FFDM' WHEN 'synthetic_2d' THEN 'SYNTH'
                   WHEN 'tomo_volume' THEN 'TOMO' ELSE mammogram_type END,
                 laterality, view_code, array_to_string(view_modifiers, ' ')
               FROM images ORDER BY path";
    let rows = set.rows(sql);
    assert_eq!(rows.len(), facts.len());
    let value = |(row, fact): (&String, &Fact)| {
        let column = match fact.fact.as_str() {
            "type" => 0,
            "side" => 1,
            "view" => 2,
            _ => 3,
        };
        row.split('|').nth(column).unwrap().to_owned()
    };
    rows.iter().zip(&facts).map(value).collect()
}

/// The tables of docs/accuracy.md.
fn report(facts: &[Fact], ours: &[String]) -> String {
    let mut text =
        String::from("| peer | fact | rows | equal | mammodex right | peer right | open |\n");
    text.push_str("|---|---|---|---|---|---|---|\n");
    for peer in ["dicom-utils", "mammocat"] {
        for kind in ["type", "side", "view", "modifier"] {
            let of_kind = |fact: &&Fact| fact.peer == peer && fact.fact == kind;
            let rows = facts.iter().filter(of_kind).count();
            let count = |right: &str| {
                facts.iter().filter(of_kind).filter(|fact| fact.right == right).count()
            };
            let [equal, we, they, open] = ["", "mammodex", "peer", "open"].map(count);
            if rows > 0 {
                writeln!(text, "| {peer} | {kind} | {rows} | {equal} | {we} | {they} | {open} |")
                    .unwrap();
            }
        }
    }
    text.push_str(
        "\n| header | peer | reads | mammodex | right | because |\n|---|---|---|---|---|---|\n",
    );
    for (fact, ours) in facts.iter().zip(ours).filter(|(fact, ours)| fact.theirs != **ours) {
        let Fact { peer, attributes, values, theirs, right, reason, .. } = fact;
        writeln!(
            text,
            "| {attributes} `{values}` | {peer} | `{theirs}` | `{ours}` | {right} | {reason} |"
        )
        .unwrap();
    }
    text
}

#[test]
fn each_difference_from_a_published_table_has_a_reason() {
    let (facts, ours) = (facts(), ours());
    for (fact, ours) in facts.iter().zip(&ours) {
        let is_equal = fact.theirs == *ours;
        let Fact { peer, fact, attributes, values, theirs, right, .. } = fact;
        let line = format!("{peer}\t{fact}\t{attributes}\t{values}\t{theirs}\t{ours}");
        assert_eq!(is_equal, right.is_empty(), "{line}");
        assert!(is_equal || ["mammodex", "peer", "open"].contains(&right.as_str()), "{line}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md");
    let page = fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- published tables -->\n\n", "\n<!-- end -->");
    let (before, rest) = page.split_once(start).unwrap();
    let (table, after) = rest.split_once(end).unwrap();
    let wanted = report(&facts, &ours);
    if std::env::var_os("MAMMODEX_BLESS").is_some() {
        fs::write(path, format!("{before}{start}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(table, wanted, "MAMMODEX_BLESS=1 cargo nextest run published_tables");
}
