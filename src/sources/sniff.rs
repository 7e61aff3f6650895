//! File types detected from the first bytes of a file.

/// Length of the DICOM preamble that the prefix follows (PS3.10, 7.1).
const DICOM_PREAMBLE: usize = 128;
/// The prefix of a DICOM file (PS3.10, 7.1).
pub const DICOM_PREFIX: &[u8] = b"DICM";

/// Whether a file begins with the DICOM preamble and prefix.
pub fn has_dicom_prefix(head: &[u8]) -> bool {
    head.get(DICOM_PREAMBLE..DICOM_PREAMBLE + DICOM_PREFIX.len()) == Some(DICOM_PREFIX)
}

/// Whether a zip archive begins here: with the header of a member, or with the directory of an
/// archive without members (APPNOTE 4.3.6).
pub fn is_zip(head: &[u8]) -> bool {
    is_zip_member(head) || head.starts_with(b"PK\x05\x06")
}

/// Whether the header of a member of a zip archive begins here.
pub fn is_zip_member(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// Whether an OLE compound file begins here, the container of Excel 97 and of encrypted workbooks
/// (MS-CFB 2.2).
pub fn is_ole(head: &[u8]) -> bool {
    head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// Whether an OLE file has the stream of a workbook, or of an encrypted one (MS-XLS 2.1.2, MS-OFFCRYPTO
/// 2.3.2). Entries of its directory are 128 bytes long and begin with the name in UTF-16.
pub fn has_ole_workbook(bytes: &[u8]) -> bool {
    let streams = ["Workbook\0", "Book\0", "EncryptedPackage\0"]
        .map(|name| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    bytes.chunks(128).any(|entry| streams.iter().any(|stream| entry.starts_with(stream)))
}

/// Whether an XML export of CVAT begins here.
pub fn is_cvat(head: &[u8]) -> bool {
    let has = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
    has(b"<annotations>") || has(b"<annotations ")
}

/// Whether a Parquet file begins here.
pub fn is_parquet(head: &[u8]) -> bool {
    head.starts_with(b"PAR1")
}

/// Whether the first character is one that JSON, or JSON after a comment, begins with.
pub fn may_be_json(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'/' | b'['))
}
