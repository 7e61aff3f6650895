//! Images with their contours, for the people who check them: as pictures, and as a page on which
//! reviewers give verdicts.

mod annotate;
mod breast_box;
mod corrections;
mod exam;
mod file_name;
mod four_view;
mod image_files;
mod import;
mod page;
mod page_texts;
mod queue;
mod render;
mod request;
mod request_guard;
mod review_log;
mod server;
mod session;
mod static_page;
mod verdict;

pub use corrections::{CorrectionsError, CorrectionsReport, export_corrections};
pub use exam::{ExamImage, ReaderContour, RenderTarget, find_target, images_of};
pub use image_files::ImageFiles;
pub use import::{ImportError, ImportReport, import_verdicts};
pub use page_texts::{PageText, PageTexts};
pub use queue::{ReviewCase, ReviewContour, ReviewScope, review_exclusions, review_queue};
pub use render::{four_view, render};
pub use request::{
    RenderCrop, RenderError, RenderFailure, RenderLayout, RenderProgress, RenderReport,
    RenderRequest,
};
pub use request_guard::{RequestGuard, RequestRefusal};
pub use review_log::{REVIEWS, ReviewLog, VerdictLines, read_verdicts, verdict_lines};
pub use server::ReviewServer;
pub use session::{HungImage, ReviewSession, hung_images, latest_verdicts};
pub use static_page::{StaticPageError, StaticPageReport, StaticPageRequest, write_static_page};
pub use verdict::{Verdict, VerdictError, VerdictKind, VerdictRequest};
