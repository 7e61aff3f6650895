//! Out-of-fold predictions of the label from attributes.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::data::ShortcutData;
use super::levels::AttributeLevels;
use crate::statistics::clustered_roc::{ClusteredRoc, ScoredObservation};
use crate::statistics::logistic::{BinaryDesign, LogisticModel};

/// The fold of each patient: those with an image that has the label, and the others, are each sorted
/// by the SHA-256 of `SEED:CASE_ID` and assigned in turn.
pub(super) fn folds(data: &ShortcutData, folds: usize, seed: u64) -> Vec<usize> {
    let mut fold_of = vec![0; data.cases.len()];
    let positive = data.positive_patients();
    for class in [true, false] {
        let mut patients: Vec<usize> =
            (0..data.cases.len()).filter(|patient| positive[*patient] == class).collect();
        patients.sort_by_cached_key(|patient| {
            Sha256::digest(format!("{seed}:{}", data.cases[*patient]).as_bytes()).to_vec()
        });
        for (place, patient) in patients.into_iter().enumerate() {
            fold_of[patient] = place % folds;
        }
    }
    fold_of
}

/// The folds of the cross-validation, and what is predicted in each.
pub(super) struct CrossValidation<'d> {
    pub data: &'d ShortcutData,
    /// Their number.
    pub folds: usize,
    /// The fold of each patient.
    pub fold_of: Vec<usize>,
}

impl CrossValidation<'_> {
    fn fold(&self, image: usize) -> usize {
        self.fold_of[self.data.patients[image]]
    }

    fn roc(&self, score: impl Fn(usize) -> f64) -> ClusteredRoc {
        let observation = |image: usize| ScoredObservation {
            fold: self.fold(image),
            cluster: self.data.patients[image],
            score: score(image),
            positive: self.data.labels[image],
        };
        let observations: Vec<ScoredObservation> =
            (0..self.data.labels.len()).map(observation).collect();
        ClusteredRoc::new(&observations)
    }

    /// One attribute: the score of an image is the prevalence of its level in the other folds; that of
    /// all images of the other folds where none of them has the level.
    pub fn alone(&self, attribute: &AttributeLevels) -> ClusteredRoc {
        let levels = attribute.levels.len();
        let mut counts = vec![[0_u64; 2]; self.folds * levels];
        let mut whole = vec![[0_u64; 2]; levels];
        for (image, level) in attribute.codes.iter().enumerate() {
            let class = usize::from(self.data.labels[image]);
            counts[self.fold(image) * levels + *level as usize][class] += 1;
            whole[*level as usize][class] += 1;
        }
        let prevalence = |[negative, positive]: [u64; 2]| {
            let images = negative + positive;
            (images > 0).then(|| positive as f64 / images as f64)
        };
        let other_folds = |fold: usize, level: usize| {
            let ([a, b], [c, d]) = (whole[level], counts[fold * levels + level]);
            [a - c, b - d]
        };
        let score = |fold: usize, level: usize| {
            prevalence(other_folds(fold, level)).or_else(|| {
                let all = (0..levels).map(|level| other_folds(fold, level));
                prevalence(all.fold([0, 0], |[a, b], [c, d]| [a + c, b + d]))
            })
        };
        let scores: Vec<f64> = (0..self.folds * levels)
            .map(|place| score(place / levels, place % levels).unwrap_or(0.0))
            .collect();
        self.roc(|image| scores[self.fold(image) * levels + attribute.codes[image] as usize])
    }

    /// All attributes together: the log odds of a logistic regression of the other folds on their
    /// levels. None where a fold has no model.
    pub fn together(&self) -> Option<ClusteredRoc> {
        let design = design(&self.data.attributes, self.data.labels.len());
        let models: Vec<LogisticModel> = (0..self.folds)
            .into_par_iter()
            .map(|fold| {
                let others: Vec<usize> =
                    (0..self.data.labels.len()).filter(|image| self.fold(*image) != fold).collect();
                LogisticModel::fit(&design, &others, &self.data.labels)
            })
            .collect::<Option<_>>()?;
        Some(self.roc(|image| models[self.fold(image)].score(&design, image)))
    }
}

/// One column per level, the missing value included; attributes with one level are omitted.
fn design(attributes: &[AttributeLevels], images: usize) -> BinaryDesign {
    let varying: Vec<&AttributeLevels> =
        attributes.iter().filter(|attribute| attribute.levels.len() > 1).collect();
    let mut design = BinaryDesign { starts: vec![0], ..BinaryDesign::default() };
    let first: Vec<usize> = varying
        .iter()
        .scan(0, |next, attribute| {
            let first = *next;
            *next += attribute.levels.len();
            Some(first)
        })
        .collect();
    design.columns = varying.iter().map(|attribute| attribute.levels.len()).sum();
    for image in 0..images {
        let columns = varying.iter().zip(&first);
        let column = |(attribute, first): (&&AttributeLevels, &usize)| {
            attribute.codes[image] + u32::try_from(*first).unwrap_or(u32::MAX)
        };
        design.ones.extend(columns.map(column));
        design.starts.push(design.ones.len());
    }
    design
}
