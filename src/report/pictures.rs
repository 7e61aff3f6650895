//! Small pictures of cases on the page.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Bytes of all pictures of a page at most, so that it stays below 5 MB with its tables.
const MOST_BYTES: usize = 3_000_000;

/// Who makes the pictures of cases.
pub trait CasePictures {
    /// A JPEG of each case, in their order, or why there is none.
    fn pictures(&self, cases: &[&str]) -> Vec<Result<Vec<u8>, String>>;
}

/// The picture of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CasePicture {
    pub case_id: String,
    /// The JPEG in base 64, or why there is none.
    pub jpeg: Result<String, String>,
}

/// Pictures of the cases, as many as a page may hold; `full` is said of the others.
pub(super) fn case_pictures(
    maker: &dyn CasePictures,
    cases: &[&str],
    full: &str,
) -> Vec<CasePicture> {
    let mut bytes = 0;
    let pictures = cases.iter().zip(maker.pictures(cases));
    pictures
        .map(|(case_id, jpeg)| {
            let jpeg = jpeg.map(|jpeg| BASE64_STANDARD.encode(jpeg)).and_then(|text| {
                bytes += text.len();
                if bytes > MOST_BYTES { Err(full.to_owned()) } else { Ok(text) }
            });
            CasePicture { case_id: (*case_id).to_owned(), jpeg }
        })
        .collect()
}
