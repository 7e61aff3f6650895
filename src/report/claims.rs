//! The items of CLAIM, with what answers them.

use super::page::ReportPage;
use super::section::ClaimItem;
use super::texts::ReportTexts;

/// What a report says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClaimAnswer {
    /// The section of that name and heading answers it.
    Section(String, String),
    /// It is blank, for that reason.
    Blank(String),
}

/// The answer to an item.
pub(super) fn answer(page: &ReportPage, item: &ClaimItem) -> ClaimAnswer {
    let section = item.section.as_deref();
    let section = section.and_then(|name| page.sections.iter().find(|s| s.spec.name == name));
    match (section, &item.blank) {
        (Some(section), _) => match &section.blank {
            None => ClaimAnswer::Section(
                section.spec.name.clone(),
                section.spec.title.get(page.language).to_owned(),
            ),
            Some(reason) => ClaimAnswer::Blank(reason.clone()),
        },
        (None, Some(reason)) => {
            let reason = reason.get(page.language);
            let texts = ReportTexts::get();
            ClaimAnswer::Blank(texts.filled("claim_blank", page.language, &[("reason", reason)]))
        }
        (None, None) => ClaimAnswer::Blank(String::new()),
    }
}
