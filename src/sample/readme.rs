//! The README of a data set and the list of its faults.

use serde_json::json;

use super::flaws::FlawPlace;
use super::request::{SampleFlaws, SamplePixels, SampleRequest, SampleSummary, VERSION};

/// The file that says that all of it is synthetic; it is put in place last.
pub(super) const NAME: &str = "README.md";

/// The README's text.
pub(super) fn text(request: &SampleRequest, summary: &SampleSummary) -> String {
    let (pixels, images) = match request.pixels {
        SamplePixels::None => ("none", "Headers of full-size images; no pixel data."),
        SamplePixels::Small => ("small", "The full field on a coarse grid of 1.4 mm."),
        SamplePixels::Full => ("full", "The size that the device would give."),
    };
    let (option, faults) = match request.faults {
        SampleFlaws::Without => ("", String::new()),
        SampleFlaws::With => (
            " --flaws",
            format!(
                "\n## Faults\n\n{} faults were put in on purpose, each on a case of its own. \
                 `flaws.json` lists them:\ncode, file, case and what is wrong.\n",
                summary.faults
            ),
        ),
    };
    format!(
        "# Synthetic mammography data set

**Everything here is synthetic.** No image, row or contour comes from a real patient, hospital or
device. The names and attributes of vendors are there to make headers look real. Nothing can be learnt
from these data about breast cancer; they are for trying out and testing software.

Written by mammodex {VERSION}:

    mammodex sample DIR --patients {patients} --seed {seed} --pixels {pixels}{option}

The same version, seed and options give the same bytes and the same file times.

| | normal | benign | malignant |
|---|---|---|---|
| patients | {normal} | {benign} | {malignant} |

{images_count} images, {annotations} annotation files with {contours} contours, {workbooks} workbooks. {images}

## Layout

    dcm/Uncompressed/{{Normal,Benign,Cancer}}/CASE/{{LCC,LMLO,RCC,RMLO}}.dcm
    annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/CASE.json   malignant cases
    clinical/{{Normal,Benign,Cancer}}.xlsx                                         one row per case

Contours are counted in image pixels from the image's centre, x to the right and y down. Some
annotation files are not valid JSON, as in the real release.

UIDs are below 2.25, derived from a hash of seed and case.
{faults}
Next: `mammodex index DIR`
",
        patients = request.patients,
        seed = request.seed,
        normal = summary.normal,
        benign = summary.benign,
        malignant = summary.malignant,
        images_count = summary.images,
        annotations = summary.annotations,
        contours = summary.contours,
        workbooks = summary.workbooks,
    )
}

/// The text of `flaws.json`, in the order of the faults' table.
pub(super) fn faults(mut faults: Vec<(usize, &'static str, FlawPlace)>) -> String {
    faults.sort_by_key(|(index, ..)| *index);
    let list: Vec<_> = faults
        .into_iter()
        .map(|(_, code, place)| {
            json!({"code": code, "file": place.file, "case_id": place.case_id, "what": place.what})
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(list))
}
