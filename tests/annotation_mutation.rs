//! Annotations as people and programs change them: what keeps the meaning is read as before, and what
//! loses a value is an error or a finding. Seeds are fixed.

use mammodex::records::issue::Issue;
use mammodex::sources::annotation::{self, AnnotationFile, AnnotationText};
use mammodex::sources::profile::Profile;

use crate::annotations::{circle, release};
use crate::chance::{Chance, seed, trials};

/// Mutants of each test.
const MUTANTS: usize = 10_000;

/// An annotation of two labels and three views, rings of different sizes.
fn original() -> String {
    let ring = |radius| circle(10.0, -20.0, radius, 41);
    let contours = format!(
        "{{\"cancer\": {{\"lcc\": {{\"1565594002486\": {}}}, \"lmlo\": {{\"1565594008811\": {}}}}}, \
         \"benign\": {{\"rcc\": {{\"1565594009999\": {}}}}}}}",
        ring(20.0),
        ring(21.0),
        ring(22.0)
    );
    release("Cancer_00001", "annotation_user1", &contours)
}

/// The values of an annotation: case, reader, flag, and of each contour view, label, number and points.
fn values(file: &AnnotationFile) -> String {
    let row = &file.annotation;
    let mut contours: Vec<String> = file
        .drawings
        .iter()
        .map(|c| {
            // JSON5 reads -0 as 0.
            let points: Vec<_> = c.points.iter().map(|[x, y]| [x + 0.0, y + 0.0]).collect();
            format!("{:?} {:?} {} {points:?}", c.view(), c.label, c.lesion_id)
        })
        .collect();
    contours.sort();
    format!("{:?} {:?} {:?} {contours:?}", row.case_id, row.reader, row.discarded)
}

/// The values and the findings; absent when the text is refused.
fn read(bytes: &[u8]) -> Option<(String, Vec<Issue>)> {
    let profile = Profile::find("ncc").unwrap();
    match annotation::read(bytes, &profile.annotation.fields, "a.json") {
        Ok(AnnotationText::Annotations(annotations)) => {
            let all: Vec<String> = annotations.iter().map(|(file, _)| values(file)).collect();
            Some((all.join("\n"), annotations.into_iter().flat_map(|(_, issues)| issues).collect()))
        }
        _ => None,
    }
}

/// A change of writing that keeps every value.
fn rewrite(text: &str, chance: &mut Chance) -> Option<String> {
    match chance.below(11) {
        0 => chance.replace_one(text, ", ", ",\n\t"),
        1 => chance.replace_one(text, "\"discard_yn\"", "discard_yn"),
        2 => chance.replace_one(text, "]}", "],}"),
        3 => Some(format!("{{\"code\": 0, \"result\": {text}}}")),
        4 => Some(format!("[{text}]")),
        5 => chance.replace_one(text, "\"case_id\"", "\"caseId\""),
        6 => chance.replace_one(text, "\"contour_list\"", "\"Contour-List\""),
        7 => chance.replace_one(text, "\"benign\":", "\"양성\":"),
        8 => chance.replace_one(text, "\"cancer\":", "\"Malignant\":"),
        9 => chance.replace_one(text, "\"lmlo\":", "\"L-MLO\":"),
        _ => Some(format!("// drawn\n{text} /* end */")),
    }
}

/// A text in one of the encodings that Korean computers write.
fn encode(text: &str, chance: &mut Chance) -> Vec<u8> {
    match chance.below(5) {
        0 => format!("\u{feff}{text}").into_bytes(),
        1 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        2 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
        3 => encoding_rs::EUC_KR.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

/// A change that loses or doubles a value.
fn damage(text: &str, chance: &mut Chance) -> Option<String> {
    let half = text.len() / 2;
    match chance.below(14) {
        0 => {
            let end = 1 + chance.below(text.len() - 2);
            let end = (0..=end).rev().find(|at| text.is_char_boundary(*at))?;
            Some(text[..end].to_owned())
        }
        1 => chance.replace_one(text, "\"y\": ", "\"y\": \"q\", \"z\": "),
        2 => chance.replace_one(text, "\"x\": ", "\"x\": 7, \"x\": "),
        3 => chance.replace_one(text, "\"x\": ", "\"x\": null, \"w\": "),
        4 => chance.replace_one(text, "\"x\": ", "\"X\": "),
        5 => chance.replace_one(text, "\"lcc\":", "\"lxx\":"),
        6 => chance.replace_one(text, "\"lcc\": {", "\"lcc\": \"none\", \"lc\": {"),
        7 => chance.replace_one(
            text,
            "\"1565594002486\": [",
            "\"1565594002486\": {}, \"k\": 5, \"l\": [",
        ),
        8 => chance.replace_one(text, "\"discard_yn\": 0", "\"discard_yn\": \"maybe\""),
        9 => chance.replace_one(text, "\"benign\":", "\"b9\":"),
        10 => chance.replace_one(text, "\"lmlo\":", "\"lcc\":"),
        11 => chance.replace_one(text, "{\"y\": ", "{\"y\": NaN, \"v\": "),
        12 => chance
            .replace_one(&text[half..], "}", "")
            .map(|rest| format!("{}{rest}", &text[..half])),
        _ => chance.replace_one(text, "\"contour_list\"", "\"kontur_list\""),
    }
}

#[test]
fn a_change_of_writing_keeps_every_value() {
    let text = original();
    let (wanted, issues) = read(text.as_bytes()).unwrap();
    assert_eq!(issues.len(), 0, "{issues:?}");
    let mut chance = Chance(seed(0x5EED));
    let mut count = 0;
    while count < trials(MUTANTS) {
        let mut mutant = text.clone();
        for _ in 0..1 + chance.below(4) {
            mutant = rewrite(&mutant, &mut chance).unwrap_or(mutant);
        }
        let bytes = encode(&mutant, &mut chance);
        match read(&bytes) {
            Some((values, _)) => assert_eq!(values, wanted, "{mutant}"),
            // Two commas in a row are not JSON in any dialect.
            None => assert!(mutant.contains(",,"), "refused: {mutant}"),
        }
        count += 1;
    }
}

#[test]
fn a_lost_or_doubled_value_is_an_error_or_a_finding() {
    let text = original();
    let (wanted, _) = read(text.as_bytes()).unwrap();
    let mut chance = Chance(seed(0xDA_4A6E));
    let mut silent = Vec::new();
    let mut count = 0;
    while count < trials(MUTANTS) {
        let mut mutant = text.clone();
        for _ in 0..chance.below(3) {
            mutant = rewrite(&mutant, &mut chance).unwrap_or(mutant);
        }
        let Some(damaged) = damage(&mutant, &mut chance) else { continue };
        count += 1;
        let bytes = encode(&damaged, &mut chance);
        let Some((values, issues)) = read(&bytes) else { continue };
        let named = |issue: &&Issue| issue.code.as_str() != "annotation-repaired";
        if values != wanted && issues.iter().find(named).is_none() {
            silent.push(damaged);
        }
    }
    assert!(silent.is_empty(), "{} of {count} are silent: {}", silent.len(), silent[0]);
}
