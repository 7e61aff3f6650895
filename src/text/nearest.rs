//! The name that a misspelt one was most likely meant for.

use std::collections::BTreeSet;

/// Share of letters that are right in a name which is a misspelling of another.
const NEAR: f64 = 0.66;

/// Letters of a beginning that is long enough to mean the one name that begins with it.
const BEGINNING: usize = 3;

/// The name that is nearest to a misspelt one, in any case: the only one that begins with it, else the one
/// with the fewest letters wrong, missing, added or exchanged (Damerau–Levenshtein). None when no name is
/// near enough, or two are equally near.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let wanted = wanted.to_lowercase();
    let similarity =
        |name: &str| strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase());
    let mut near: Vec<(f64, &str)> = names.iter().map(|name| (similarity(name), *name)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    match near.as_slice() {
        [(best, name), rest @ ..] if *best >= NEAR => {
            rest.first().is_none_or(|(next, _)| next < best).then_some(*name)
        }
        _ => {
            let begins = |name: &&&str| name.to_lowercase().starts_with(&wanted);
            let mut longer = names.iter().filter(begins);
            let only = longer.next().filter(|_| wanted.chars().count() >= BEGINNING)?;
            longer.next().is_none().then_some(*only)
        }
    }
}
