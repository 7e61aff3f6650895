//! Views of a mammogram: codes of CID 4014 and 4015, View Position, annotation keys, file names.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use super::keyword::KeywordField;
use super::laterality::Laterality;
use super::text;
use super::vocabulary::{Memo, field, memoize, rows};

/// A view as View Position (0018,5101) or a file's name gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewPosition {
    /// Base view of CID 4014: `CC`, `MLO` …
    pub base: &'static str,
    /// The side, where the text names one.
    pub laterality: Option<Laterality>,
    /// Modifiers of CID 4015 that the text names, sorted, each once.
    pub modifiers: Vec<&'static str>,
}

/// A view together with its side: the key of an annotation, the stem of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideView {
    /// The side.
    pub laterality: Laterality,
    /// Base view of CID 4014.
    pub base: &'static str,
    /// Modifiers of CID 4015 that the text names, sorted, each once.
    pub modifiers: Vec<&'static str>,
    /// Whether the text was a known misspelling, such as `rmlc` for `rmlo`.
    pub corrected: bool,
}

impl<'de> Deserialize<'de> for SideView {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (laterality, base, modifiers, corrected) =
            <(Laterality, KeywordField, Vec<KeywordField>, bool)>::deserialize(from)?;
        let modifiers = modifiers.into_iter().map(|word| word.0).collect();
        Ok(Self { laterality, base: base.0, modifiers, corrected })
    }
}

impl SideView {
    /// The view as tables carry it: `LCC`, `RMLO` …
    pub fn view(&self) -> String {
        name(self.laterality, self.base)
    }
}

/// Side and base view in one word: `LCC`, `RMLO` …
pub fn name(laterality: Laterality, base: &str) -> String {
    format!("{laterality}{base}")
}

/// Views of breasts, each at most once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ViewSet(u64);

/// The views of a standard exam.
pub const STANDARD_VIEWS: [&str; 4] = ["LCC", "LMLO", "RCC", "RMLO"];

/// The place of a view in a set of [`ViewSet`]: those of the left come first, then by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ViewSlot(u8);

impl ViewSlot {
    /// That of a side's base view; none when the vocabulary has no such view, or the side is both.
    pub fn of(side: Laterality, base: &str) -> Option<Self> {
        let base_number = bases()
            .binary_search(&base)
            .ok()
            .and_then(|base_number| u8::try_from(base_number).ok())?;
        match side {
            Laterality::L => Some(Self(base_number)),
            Laterality::R => Some(Self(MOST_BASES + base_number)),
            Laterality::B => None,
        }
    }

    /// That of a view in one word, such as `LCC`.
    pub fn named(view: &str) -> Option<Self> {
        let (side, base) = view.split_at_checked(1)?;
        Self::of(Laterality::parse(side)?, base)
    }
}

impl ViewSet {
    /// Puts one in.
    pub fn insert(&mut self, spot: ViewSlot) {
        self.0 |= 1 << spot.0;
    }

    /// Puts in what another set holds.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it is in.
    pub fn contains(self, spot: ViewSlot) -> bool {
        self.0 & (1 << spot.0) != 0
    }

    /// Those of one side alone; all of both.
    pub fn on(self, side: Laterality) -> Self {
        let left = (1 << MOST_BASES) - 1;
        Self(match side {
            Laterality::L => self.0 & left,
            Laterality::R => self.0 & !left,
            Laterality::B => self.0,
        })
    }

    /// The views in one word each, sorted.
    pub fn names(self) -> Vec<String> {
        let slots = (0..2 * MOST_BASES).filter(|slot| self.contains(ViewSlot(*slot)));
        let name_of = |slot: u8| {
            let side = if slot < MOST_BASES { Laterality::L } else { Laterality::R };
            bases().get(usize::from(slot % MOST_BASES)).map(|base| name(side, base))
        };
        slots.filter_map(name_of).collect()
    }
}

/// Half of the places in a set of [`ViewSet`].
const MOST_BASES: u8 = 32;

/// Every base view that the vocabulary has, sorted; a test holds their number below [`MOST_BASES`].
fn bases() -> &'static [&'static str] {
    static BASES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let codes = rows("views").iter().map(|row| field(row, 0));
        let spellings = rows("view_spellings").iter().map(|row| field(row, 1));
        let mut all: Vec<_> = codes.chain(spellings).filter(|base| !base.is_empty()).collect();
        all.sort_unstable();
        all.dedup();
        all.truncate(MOST_BASES.into());
        all
    });
    &BASES
}

/// The base view of a View Code Sequence (0054,0220) item, by CID 4014. Absent when the code is
/// not of that group, or the designator is of a scheme that has no such codes.
pub fn from_code(scheme: &str, value: &str) -> Option<&'static str> {
    static CODES: LazyLock<ViewCodes> = LazyLock::new(|| codes("views"));
    look_up(&CODES, scheme, value)
}

/// The modifier of a View Modifier Code Sequence (0054,0222) item, by CID 4015. Absent as in
/// [`from_code`].
pub fn modifier(scheme: &str, value: &str) -> Option<&'static str> {
    static CODES: LazyLock<ViewCodes> = LazyLock::new(|| codes("view_modifiers"));
    look_up(&CODES, scheme, value)
}

/// The modifier that a Code Meaning (0008,0104) names; absent when it names a view or nothing known.
pub fn modifier_from_text(text: &str) -> Option<&'static str> {
    spelling(&text::key(text)).filter(|entry| entry.base.is_none())?.modifier
}

type ViewCodes = HashMap<String, &'static str>;

fn codes(stem: &str) -> ViewCodes {
    rows(stem).iter().map(|row| (text::key(field(row, 2)), field(row, 0))).collect()
}

/// The codes alone are unmistakable, so writers that name the wrong SNOMED scheme, a private one
/// or none are forgiven; a scheme known to be another one is not.
fn look_up(codes: &ViewCodes, scheme: &str, value: &str) -> Option<&'static str> {
    static OTHERS: LazyLock<Vec<&str>> =
        LazyLock::new(|| rows("other_schemes").iter().map(|row| field(row, 0)).collect());
    let scheme = scheme.trim();
    if OTHERS.iter().any(|other| other.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    codes.get(&text::key(value)).copied()
}

/// Reads View Position (0018,5101), or a text that names a view in the same words: `CC`, `XCCL`,
/// `MLO ID`, `RCC`, `L-MLO`. The whole text must be understood; absent otherwise.
pub fn from_position(text: &str) -> Option<ViewPosition> {
    let (position, corrected) = read(text).or_else(|| read(without_number(text)?))?;
    (!corrected).then_some(position)
}

/// Reads the text of Acquisition Device Processing Description (0018,1400) or Code Meaning
/// (0008,0104), where words for the breast and the procedure may be beside the view:
/// `R MAMMOGRAPHY,CC`, `TOMO L BREAST,MLO`. The whole text must be understood; absent otherwise.
pub fn from_description(text: &str) -> Option<ViewPosition> {
    thread_local!(static SEEN: Memo<Option<ViewPosition>> = RefCell::default());
    let find = |text: &str| {
        let plain = text::plain(text);
        let is_filler = |word: &str| spelling(word).is_some_and(|entry| entry.note == "filler");
        let words: Vec<&str> = text::words(&plain).collect();
        // `S-View` is two words, of which the first alone is a spot view.
        let is_pair = |index: usize| {
            words.get(index..index + 2).is_some_and(|pair| is_filler(&pair.concat()))
        };
        let informative = words.iter().enumerate().filter(|(index, word)| {
            !is_filler(word) && !is_pair(*index) && !index.checked_sub(1).is_some_and(is_pair)
        });
        from_position(&informative.map(|(_, word)| *word).collect::<Vec<_>>().join(" "))
    };
    SEEN.with(|seen| memoize(seen, text, find))
}

/// The text without the number that devices add to a view, the angle or a count: `MLO 45`, `CC-1`,
/// `RCC2`. Absent when there is none.
fn without_number(text: &str) -> Option<&str> {
    let trimmed = text.trim_end();
    let rest = trimmed.trim_end_matches(|c: char| c.is_ascii_digit());
    (1..=2).contains(&(trimmed.len() - rest.len())).then_some(rest)
}

/// Reads an annotation's key or a file's stem: `lcc`, `RMLO`, `L_CC`, `left-mlo`. Both side and
/// view must be there and the whole text understood; absent otherwise.
pub fn pane(text: &str) -> Option<SideView> {
    let (ViewPosition { base, laterality, modifiers }, corrected) = read(text)?;
    Some(SideView { laterality: laterality?, base, modifiers, corrected })
}

#[derive(Debug, Clone, Copy)]
struct ViewSpelling {
    base: Option<&'static str>,
    modifier: Option<&'static str>,
    note: &'static str,
}

fn spelling(key: &str) -> Option<ViewSpelling> {
    static SPELLINGS: LazyLock<HashMap<String, ViewSpelling>> = LazyLock::new(|| {
        let filled = |text: &'static str| (!text.is_empty()).then_some(text);
        let read = |row| {
            let (base, modifier) = (filled(field(row, 1)), filled(field(row, 2)));
            (text::key(field(row, 0)), ViewSpelling { base, modifier, note: field(row, 3) })
        };
        rows("view_spellings").iter().map(read).collect()
    });
    SPELLINGS.get(key).copied()
}

#[derive(Default)]
struct ViewParts {
    base: Option<&'static str>,
    side: Option<Laterality>,
    modifiers: Vec<&'static str>,
    corrected: bool,
}

impl ViewParts {
    /// Takes one piece; says whether it fits what is already there.
    fn take(&mut self, key: &str) -> bool {
        if let Some(spelled) = spelling(key) {
            return self.add(spelled);
        }
        if let Some(side) = Laterality::parse(key) {
            return self.side.replace(side).is_none_or(|before| before == side);
        }
        // A side before a view, as in `rmlo`; views that begin with L were found above.
        let parted = key.char_indices().skip(1).find_map(|(index, _)| {
            let side = Laterality::parse(&key[..index]).filter(|side| *side != Laterality::B)?;
            Some((side, spelling(&key[index..]).filter(|spelled| spelled.base.is_some())?))
        });
        if let Some((side, spelled)) = parted {
            return self.side.replace(side).is_none_or(|before| before == side)
                && self.add(spelled);
        }
        compact(key).is_some_and(|(side, pieces)| {
            side.is_none_or(|side| self.side.replace(side).is_none_or(|before| before == side))
                && pieces.into_iter().all(|piece| self.add(piece))
        })
    }

    fn add(&mut self, spelled: ViewSpelling) -> bool {
        if matches!(spelled.note, "refused" | "filler") {
            return false;
        }
        self.corrected |= spelled.note == "misspelt";
        if let Some(side) = spelled.note.strip_prefix("side ").and_then(Laterality::parse)
            && self.side.replace(side).is_some_and(|before| before != side)
        {
            return false;
        }
        self.modifiers.extend(spelled.modifier);
        spelled.base.is_none_or(|base| self.base.replace(base).is_none())
    }
}

/// A view and modifiers written as one word: `CCSpot`, `MLOAC`, `RLMLO`. Modifiers of one letter are
/// known only in spellings of their own (`CCM`); absent when no reading uses the whole word.
fn compact(key: &str) -> Option<(Option<Laterality>, Vec<ViewSpelling>)> {
    /// Longer words are not abbreviations.
    const MAX_LETTERS: usize = 16;
    if key.len() > MAX_LETTERS || !key.is_ascii() {
        return None;
    }
    // A reading without a side explains more: `RLMLO` is rolled lateral.
    let sides = [None, Some(Laterality::L), Some(Laterality::R)];
    sides.into_iter().find_map(|side| {
        let letter = side.map_or("", Laterality::as_str);
        let (start, rest) = key.split_at_checked(letter.len())?;
        let pieces = start.eq_ignore_ascii_case(letter).then(|| pieces(rest, false)).flatten()?;
        Some((side, pieces))
    })
}

/// The word as modifiers of two letters or more around one base view.
fn pieces(rest: &str, has_base: bool) -> Option<Vec<ViewSpelling>> {
    if rest.is_empty() {
        return has_base.then(Vec::new);
    }
    (2..=rest.len()).rev().find_map(|end| {
        let piece = spelling(&rest[..end]).filter(|piece| {
            let is_one = piece.base.is_some() != piece.modifier.is_some();
            piece.note.is_empty() && is_one && !(has_base && piece.base.is_some())
        })?;
        let mut all = pieces(&rest[end..], has_base || piece.base.is_some())?;
        all.push(piece);
        Some(all)
    })
}

fn read(text: &str) -> Option<(ViewPosition, bool)> {
    thread_local!(static SEEN: Memo<Option<(ViewPosition, bool)>> = RefCell::default());
    SEEN.with(|seen| memoize(seen, text, find))
}

fn find(text: &str) -> Option<(ViewPosition, bool)> {
    // No view has a longer name, and the search below grows with the square of the words.
    const MOST_WORDS: usize = 8;
    if text.len() > 100 {
        return None;
    }
    let plain = text::plain(text);
    let words: Vec<&str> = text::words(&plain).collect();
    if words.is_empty() || words.len() > MOST_WORDS {
        return None;
    }
    let named = |key: &str| spelling(key).is_some_and(|spelled| spelled.note != "refused");
    let mut parts = ViewParts::default();
    let mut start = 0;
    while start < words.len() {
        // Spellings of several words first: `cranio-caudal exaggerated laterally`.
        let end = (start + 2..=words.len()).rev().find(|end| named(&words[start..*end].concat()));
        let end = end.unwrap_or(start + 1);
        if !parts.take(&words[start..end].concat()) {
            return None;
        }
        start = end;
    }
    let mut modifiers = parts.modifiers;
    modifiers.sort_unstable();
    modifiers.dedup();
    Some((ViewPosition { base: parts.base?, laterality: parts.side, modifiers }, parts.corrected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_base_view_has_a_place_on_each_side() {
        assert!(bases().len() < usize::from(MOST_BASES));
        let mut all = ViewSet::default();
        for base in bases() {
            for side in [Laterality::L, Laterality::R] {
                assert_eq!(ViewSlot::of(side, base), ViewSlot::named(&name(side, base)));
                all.insert(ViewSlot::of(side, base).unwrap());
            }
        }
        assert_eq!(all.names().len(), 2 * bases().len());
        assert!(all.names().is_sorted());
        assert_eq!(all.on(Laterality::R).names().len(), bases().len());
        assert!(all.on(Laterality::R).names().iter().all(|view| view.starts_with('R')));
        assert_eq!(ViewSlot::of(Laterality::B, "CC"), None);
        assert_eq!(ViewSlot::named("LNO"), None);
    }
}
