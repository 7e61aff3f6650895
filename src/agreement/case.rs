//! The compared readings of one case, as numbers.

use std::collections::BTreeMap;

use super::error::AgreementError;
use crate::catalog::Catalog;

/// The compared readings of one case, of one pair of readers or of all.
#[derive(Debug, Clone, Default)]
pub(super) struct ComparedCase {
    /// Per view: whether each reading has a contour on it (1) or not (0).
    pub presence: Vec<Vec<f64>>,
    /// Whether each reading marks the case as unreadable; readings that do not record it are omitted.
    pub discard: Vec<f64>,
    /// Contours that one reading alone has, of the first and of the second reader.
    pub alone: [u64; 2],
    /// Views with too many contours to compare.
    pub not_compared: u64,
    /// Contours that overlap.
    pub matches: Vec<ContourMatch>,
}

/// Two contours that overlap.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContourMatch {
    pub dice: Option<f64>,
    pub iou: Option<f64>,
    pub hausdorff_mm: Option<f64>,
    pub hausdorff_95_mm: Option<f64>,
    pub mean_distance_mm: Option<f64>,
    /// Longest diameter in each reading, in mm.
    pub diameters_mm: Option<(f64, f64)>,
    /// The number of each label among all labels.
    pub labels: Option<[usize; 2]>,
}

impl ComparedCase {
    /// Whether both readings say the same: every contour has its partner, which agrees at least so
    /// well, and the case is unreadable for all or for none.
    pub fn agrees_fully(&self, threshold: f64) -> bool {
        let is_close = |pair: &ContourMatch| pair.dice.is_some_and(|dice| dice >= threshold);
        let same_discard = self.discard.windows(2).all(|pair| pair[0] == pair[1]);
        same_discard
            && self.alone == [0, 0]
            && self.not_compared == 0
            && self.matches.iter().all(is_close)
    }

    /// Whether a reading marks the case as unreadable.
    pub fn is_discarded(&self) -> bool {
        self.discard.contains(&1.0)
    }
}

/// Cases by pair of readers; the key of all readers together is absent.
pub(super) type CasesByReaders = BTreeMap<Option<[String; 2]>, Vec<ComparedCase>>;

/// One row of `agreement`.
struct ComparedRow {
    case_id: String,
    readers: [Option<String>; 2],
    readings: [String; 2],
    discarded: [Option<bool>; 2],
    view: String,
    outcome: String,
    labels: [Option<String>; 2],
    numbers: [Option<f64>; 7],
}

/// Reads the rows that a condition selects, by pair of readers, and of all readers where there are more
/// than two.
pub(super) fn read(catalog: &Catalog, condition: &str) -> Result<CasesByReaders, AgreementError> {
    let rows = read_rows(catalog, condition)?;
    let mut labels: Vec<&str> =
        rows.iter().flat_map(|row| row.labels.iter().flatten()).map(String::as_str).collect();
    labels.sort_unstable();
    labels.dedup();
    let number = |label: &Option<String>| labels.binary_search(&label.as_deref()?).ok();
    let mut groups: BTreeMap<Option<[String; 2]>, BTreeMap<&str, CaseBuilder>> = BTreeMap::new();
    for row in &rows {
        let name = |reader: &Option<String>| reader.clone().unwrap_or_else(|| "unnamed".to_owned());
        let pair = [name(&row.readers[0]), name(&row.readers[1])];
        let of_labels = number(&row.labels[0]).zip(number(&row.labels[1])).map(|(a, b)| [a, b]);
        for key in [Some(pair), None] {
            let case = groups.entry(key).or_default().entry(&row.case_id).or_default();
            case.add(row, of_labels);
        }
    }
    if groups.len() <= 2 {
        groups.remove(&None);
    }
    let finish = |cases: BTreeMap<&str, CaseBuilder>| {
        cases.into_values().map(CaseBuilder::finish).collect::<Vec<_>>()
    };
    Ok(groups.into_iter().map(|(key, cases)| (key, finish(cases))).collect())
}

fn read_rows(catalog: &Catalog, condition: &str) -> Result<Vec<ComparedRow>, AgreementError> {
    let order = "ORDER BY case_id, comparison, annotation_path_a, annotation_pointer_a, \
                 annotation_path_b, annotation_pointer_b, view, lesion_id_a, lesion_id_b";
    let select =
        |columns: &str| format!("SELECT {columns} FROM agreement WHERE {condition} {order}");
    type Names = (String, Option<String>, Option<String>, String, String, String, String);
    let names: Vec<Names> = catalog.rows(&select(
        "case_id, reader_a, reader_b, annotation_path_a || '#' || annotation_pointer_a, \
         annotation_path_b || '#' || annotation_pointer_b, view, outcome",
    ))?;
    type Facts = (Option<bool>, Option<bool>, Option<String>, Option<String>);
    let facts: Vec<Facts> = catalog.rows(&select("discarded_a, discarded_b, label_a, label_b"))?;
    type Number = Option<f64>;
    type Numbers = (Number, Number, Number, Number, Number, Number, Number);
    let numbers: Vec<Numbers> = catalog.rows(&select(
        "dice, iou, hausdorff_mm, hausdorff_95_mm, mean_surface_distance_mm, max_diameter_a_mm, \
         max_diameter_b_mm",
    ))?;
    let rows = names.into_iter().zip(facts).zip(numbers);
    let row = |((names, facts), numbers): ((Names, Facts), Numbers)| ComparedRow {
        case_id: names.0,
        readers: [names.1, names.2],
        readings: [names.3, names.4],
        discarded: [facts.0, facts.1],
        view: names.5,
        outcome: names.6,
        labels: [facts.2, facts.3],
        numbers: numbers.into(),
    };
    Ok(rows.map(row).collect())
}

/// A case that is being put together.
#[derive(Default)]
struct CaseBuilder {
    /// By view and reading.
    presence: BTreeMap<String, BTreeMap<String, bool>>,
    discard: BTreeMap<String, bool>,
    case: ComparedCase,
}

impl CaseBuilder {
    fn add(&mut self, row: &ComparedRow, labels: Option<[usize; 2]>) {
        let is_matched = row.outcome == "matched";
        let only = [row.outcome == "only_a", row.outcome == "only_b"];
        let sides = only.iter().zip(&row.readings).zip(row.discarded).zip(&mut self.case.alone);
        for (((only, reading), discarded), alone) in sides {
            let view = self.presence.entry(row.view.clone()).or_default();
            *view.entry(reading.clone()).or_default() |= is_matched || *only;
            *alone += u64::from(*only);
            if let Some(discarded) = discarded {
                self.discard.insert(reading.clone(), discarded);
            }
        }
        self.case.not_compared += u64::from(row.outcome == "not_compared");
        if is_matched {
            let [dice, iou, hausdorff_mm, hausdorff_95_mm, mean_distance_mm, a, b] = row.numbers;
            self.case.matches.push(ContourMatch {
                dice,
                iou,
                hausdorff_mm,
                hausdorff_95_mm,
                mean_distance_mm,
                diameters_mm: a.zip(b),
                labels,
            });
        }
    }

    fn finish(self) -> ComparedCase {
        let rating = |is: bool| f64::from(u8::from(is));
        let views = self.presence.into_values();
        ComparedCase {
            presence: views.map(|view| view.into_values().map(rating).collect()).collect(),
            discard: self.discard.into_values().map(rating).collect(),
            ..self.case
        }
    }
}
