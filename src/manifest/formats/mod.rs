//! One file per format of trainers. A format takes the images one by one, sorted by part, and either
//! keeps an image or says why it cannot.

mod add;
mod coco;
mod croissant;
mod dicom_copy;
mod folder;
mod imagefolder;
mod job;
mod monai;
mod nnunet;
mod png;
mod s5cmd;
mod webdataset;
mod writers;
mod yolo;

pub(super) use add::add_all;
pub(super) use dicom_copy::note_identifying;
pub(super) use job::FormatJob;
pub(super) use writers::writer;
