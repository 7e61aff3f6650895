//! The plan of a scan on several machines: lists of files.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde_json::json;

use super::division::FileDivision;
use super::error::ShardError;
use super::path_line::{object_line, path_line};
use crate::disk::{WholeFolder, sync_file};
use crate::index::error::IndexError;
use crate::index::plan::{FileSearch, find_files};
use crate::index::request::{OnLoss, PlanRequest};
use crate::index::root::DataSetRoot;
use crate::sources::archive::Archives;
use crate::sources::discovery::WalkError;
use crate::sources::files::FileTable;
use crate::sources::profile::{self, Profile};
use crate::sources::source_file::SourceFile;
use crate::storage::Requests;

use super::scannable::scannable;

/// The result of a plan.
#[derive(Debug)]
pub struct PlanReport {
    /// How many lists there are.
    pub lists: u32,
    /// Files of the lists, members of archives included.
    pub files: usize,
    /// Files that linking reads itself: tables and annotations.
    pub for_linking: usize,
    /// Name of the profile.
    pub profile: String,
    /// What could not be looked at.
    pub errors: Vec<WalkError>,
}

/// Divides a data set into lists of files, one a shard.
///
/// # Errors
/// When the data set or the profile cannot be used, or the lists cannot be written.
pub fn plan(request: &PlanRequest) -> Result<PlanReport, IndexError> {
    let folder = DataSetRoot::open_outside(&request.dataset, &request.output)?;
    let root = &folder.root;
    let (requests, archives) = (Requests::new(request.requests), Archives::new(root));
    let search = FileSearch {
        dataset: &request.dataset,
        root,
        selection: &request.files,
        skip: &request.output,
    };
    let walk = find_files(&search, None, &archives, &requests)?.walk;
    let profile = match &request.profile {
        Some(name) => Profile::find(name)?,
        None => profile::best_profile(&walk.files, Profile::built_in())?,
    };
    folder.check(walk.files.len(), OnLoss::Refuse)?;
    let places = scannable(&walk.files);
    let division = FileDivision::new(&walk.files, &places, &profile, request.division);
    let report = PlanReport {
        lists: division.count,
        files: places.len(),
        for_linking: walk.files.len() - places.len(),
        profile: profile.name.clone(),
        errors: walk.errors,
    };
    let unwritable = |source| ShardError::Unwritable { path: request.output.clone(), source };
    let line = if root.address().is_some() { object_line } else { file_line };
    write(request, &walk.files, &places, &division, &report, line).map_err(unwritable)?;
    Ok(report)
}

/// A line for a file in a folder, which every scan looks at.
fn file_line(file: &SourceFile) -> String {
    path_line(&file.path)
}

/// Writes the lists, and `plan.json` beside them.
fn write(
    request: &PlanRequest,
    files: &FileTable,
    places: &[usize],
    division: &FileDivision,
    report: &PlanReport,
    line: fn(&SourceFile) -> String,
) -> io::Result<()> {
    let folder = WholeFolder::create(&request.output)?;
    let mut order: Vec<(u32, usize)> =
        division.shards.iter().copied().zip(places.iter().copied()).collect();
    order.sort_unstable();
    let mut rest = order.as_slice();
    for shard in 0..division.count {
        let (here, later) = rest.split_at(rest.partition_point(|(number, _)| *number == shard));
        rest = later;
        let file = std::fs::File::create(folder.path().join(format!("{shard:05}.jsonl")))?;
        let mut out = BufWriter::new(file);
        for (_, place) in here {
            // A list names an archive; its members are scanned with it.
            if let Some(file) = files.get(*place).filter(|file| file.archive().is_none()) {
                out.write_all(line(&file).as_bytes())?;
            }
        }
        sync_file(&out.into_inner().map_err(io::IntoInnerError::into_error)?)?;
    }
    let description = json!({
        "tool_version": env!("CARGO_PKG_VERSION"), "profile": report.profile, "lists": report.lists,
        "files": report.files, "for_linking": report.for_linking,
    });
    let path: PathBuf = folder.path().join("plan.json");
    std::fs::write(path, format!("{description:#}\n"))?;
    folder.sync()?;
    folder.finish()
}
