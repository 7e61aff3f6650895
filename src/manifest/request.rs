//! What a manifest is to be: format, rows, columns, paths, and what is included.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManifestFormat {
    /// CSV; cells that a spreadsheet would run are defused, paths by `./` before them, which names
    /// the same file.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Parquet.
    Parquet,
    /// An Excel workbook with one sheet.
    Xlsx,
    /// The datalist of MONAI, in the form of the Medical Segmentation Decathlon.
    Monai,
    /// COCO annotations, one file per part.
    Coco,
    /// A data set of nnU-Net v2: images and masks as PNG.
    Nnunet,
    /// Outlines for YOLO segmentation, images as PNG.
    Yolo,
    /// An image folder of Hugging Face datasets, images as PNG.
    Imagefolder,
    /// Tar shards of WebDataset, with the DICOM files as they are.
    Webdataset,
    /// Croissant 1.0 beside a CSV.
    Croissant,
    /// A list of copies for s5cmd.
    S5cmd,
    /// The files themselves, laid out by part and class, with a CSV.
    Folder,
}

impl ManifestFormat {
    /// Those that `--format` names; [`Self::Folder`] comes with `--materialise`.
    pub const FORMATS: [Self; 12] = [
        Self::Csv,
        Self::Jsonl,
        Self::Parquet,
        Self::Xlsx,
        Self::Monai,
        Self::Coco,
        Self::Nnunet,
        Self::Yolo,
        Self::Imagefolder,
        Self::Webdataset,
        Self::Croissant,
        Self::S5cmd,
    ];

    /// A few words about the format, for help.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Csv => "Comma-separated values",
            Self::Jsonl => "One JSON object per line",
            Self::Parquet => "Parquet",
            Self::Xlsx => "Excel workbook",
            Self::Monai => "MONAI's datalist",
            Self::Coco => "COCO, one JSON file per part",
            Self::Nnunet => "nnU-Net v2, images and masks as PNG",
            Self::Yolo => "YOLO segmentation, images as PNG",
            Self::Imagefolder => "Hugging Face image folder, images as PNG",
            Self::Webdataset => "WebDataset tar shards",
            Self::Croissant => "Croissant 1.0 beside a CSV",
            Self::S5cmd => "Copies for `s5cmd run`",
            Self::Folder => "The files, laid out by part and class",
        }
    }

    /// The name that options and provenance use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
            Self::Monai => "monai",
            Self::Coco => "coco",
            Self::Nnunet => "nnunet",
            Self::Yolo => "yolo",
            Self::Imagefolder => "imagefolder",
            Self::Webdataset => "webdataset",
            Self::Croissant => "croissant",
            Self::S5cmd => "s5cmd",
            Self::Folder => "folder",
        }
    }

    /// Whether it is a table whose columns and rows can be chosen.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Jsonl | Self::Parquet | Self::Xlsx)
    }

    /// Whether the output is a folder of several files.
    pub fn is_folder(self) -> bool {
        !(self.is_table() || matches!(self, Self::Monai | Self::S5cmd))
    }

    /// Whether it carries outlines of lesions: an image without any then counts as free of them.
    pub fn has_outlines(self) -> bool {
        matches!(self, Self::Coco | Self::Nnunet | Self::Yolo)
    }

    /// Whether images have a class: its number, or a folder of its name.
    pub fn has_classes(self) -> bool {
        matches!(
            self,
            Self::Monai | Self::Imagefolder | Self::Webdataset | Self::Croissant | Self::Folder
        )
    }

    /// Whether the DICOM files themselves are handed on, with their headers.
    pub fn copies_headers(self) -> bool {
        matches!(self, Self::Webdataset | Self::Folder)
    }

    /// Whether the format can have PNG files in place of the DICOM files, on request.
    pub fn may_write_png(self) -> bool {
        self == Self::Coco
    }
}

/// What a row of a table stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowGrain {
    /// One row per image.
    #[default]
    Image,
    /// One row per patient, with lists of the images.
    Patient,
    /// One row per contour.
    Lesion,
}

/// How a manifest names its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathNaming {
    /// Relative to the data set's folder, as the catalog has them.
    #[default]
    Relative,
    /// From the root of the file system.
    Absolute,
    /// Relative to another folder.
    To(PathBuf),
    /// Below an address, such as `s3://bucket/data`.
    Under(String),
}

/// What is excluded by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Include {
    /// Cases that a reader discarded (`discard_yn`).
    Discarded,
    /// Exams that lack a view.
    Incomplete,
    /// Images that an error-level finding concerns.
    Errors,
}

/// How files are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileLink {
    /// A second name of the same file; on the same file system only.
    Hard,
    /// A symbolic link.
    Sym,
    /// A copy.
    Copy,
}

/// What decides the content of a manifest; it is in the provenance, so that the manifest can be
/// made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestOptions {
    /// How it is written.
    pub format: ManifestFormat,
    /// What a row is.
    pub per: RowGrain,
    /// The columns, when others than usual.
    pub columns: Vec<String>,
    /// An SQL condition that makes the column `label`.
    pub label: Option<String>,
    /// How files are named.
    pub paths: PathNaming,
    /// The one reader whose contours count; all when absent.
    pub reader: Option<String>,
    /// Doubtful images that are included, sorted.
    pub include: Vec<Include>,
    /// Whether each row carries the checksum of its file.
    pub sha256: bool,
    /// How files are laid out, for [`ManifestFormat::Folder`].
    pub link: Option<FileLink>,
    /// The classes in the order of their numbers: diagnoses, or labels of contours for formats with
    /// outlines. Empty for those of the vocabulary.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Whether PNG files are written where the format also takes DICOM files.
    #[serde(default)]
    pub png: bool,
    /// Whether headers of copied DICOM files are de-identified by the basic profile (PS3.15 annex E).
    #[serde(default)]
    pub strip_identifiers: bool,
}

impl ManifestOptions {
    /// The usual rows in that format.
    pub fn new(format: ManifestFormat) -> Self {
        Self {
            format,
            per: RowGrain::Image,
            columns: Vec::new(),
            label: None,
            paths: PathNaming::Relative,
            reader: None,
            include: Vec::new(),
            sha256: false,
            link: None,
            classes: Vec::new(),
            png: false,
            strip_identifiers: false,
        }
    }

    /// Whether images that are doubtful in this way are included.
    pub fn includes(&self, doubtful: Include) -> bool {
        self.include.contains(&doubtful)
    }

    /// Whether pixels are written as PNG, where grey values always rise with brightness.
    pub fn writes_png(&self) -> bool {
        matches!(
            self.format,
            ManifestFormat::Nnunet | ManifestFormat::Yolo | ManifestFormat::Imagefolder
        ) || self.png
    }
}

/// A manifest to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRequest {
    /// Its content.
    pub options: ManifestOptions,
    /// The file, or the folder where the format has several files.
    pub output: PathBuf,
    /// Where the data set lies, when not where the snapshot found it.
    pub root: Option<PathBuf>,
    /// The file with the key of UIDs in headers that are de-identified; the user's own by default.
    pub pseudonym_key: Option<PathBuf>,
}
