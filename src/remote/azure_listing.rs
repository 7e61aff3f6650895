//! The blobs of a container of Azure: five thousand in a page, one page after the other.
//!
//! Source: "List Blobs", Azure Storage REST API.

use super::error::StoreError;
use super::percent;
use super::store::ObjectStore;
use super::stored_object::{StoredObject, etag_number, http_moment};
use super::xml;

/// A page of a listing.
#[derive(Debug, Default)]
struct BlobPage {
    objects: Vec<StoredObject>,
    /// Where the next page begins; absent for the last.
    next: Option<String>,
}

impl ObjectStore {
    /// Every blob below the address, handed to `take`.
    ///
    /// # Errors
    /// When a page cannot be read: a listing is whole or none.
    pub(super) fn list_blobs(&self, mut take: impl FnMut(StoredObject)) -> Result<(), StoreError> {
        let prefix = percent::encode(&self.address().prefix, "");
        let mut marker = None;
        loop {
            let from =
                marker.map(|marker: String| format!("marker={}&", percent::encode(&marker, "")));
            let query = format!(
                "comp=list&include=metadata&{}prefix={prefix}&restype=container",
                from.unwrap_or_default()
            );
            let page = self.page(&query, read_page)?;
            page.objects.into_iter().for_each(&mut take);
            match page.next {
                Some(next) => marker = Some(next),
                None => return Ok(()),
            }
        }
    }
}

/// Reads a page. Folders of accounts that have such are passed over.
fn read_page(body: &[u8]) -> Result<BlobPage, StoreError> {
    let mut page = BlobPage::default();
    let (mut object, mut is_listing, mut is_folder) = (StoredObject::default(), false, false);
    let mut is_sound = true;
    xml::for_each_element(body, |above, name, text| match (above, name) {
        ("Blob", "Name") => text.clone_into(&mut object.key),
        ("Properties", "Content-Length") => match text.parse() {
            Ok(size) => object.size = size,
            Err(_) => is_sound = false,
        },
        ("Properties", "Etag") => object.tag = etag_number(text),
        ("Properties", "Last-Modified") => object.modified_ns = http_moment(text),
        ("Properties", "ResourceType") => is_folder |= text == "directory",
        ("Metadata", "hdi_isfolder") => is_folder |= text == "true",
        ("Blobs", "Blob") => {
            let blob = std::mem::take(&mut object);
            if !std::mem::take(&mut is_folder) && !blob.key.ends_with('/') {
                is_sound &= !blob.key.is_empty();
                page.objects.push(blob);
            }
        }
        ("EnumerationResults", "NextMarker") if !text.is_empty() => {
            page.next = Some(text.to_owned());
        }
        ("", "EnumerationResults") => is_listing = true,
        _ => {}
    })?;
    if is_listing && is_sound { Ok(page) } else { Err(StoreError::Damaged("it is not a listing")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_or_refused() {
        let page = read_page(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"c\">\
             <Prefix>a/</Prefix><Blobs><Blob><Name>a/R CC.dcm</Name><Properties>\
             <Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>0x8D</Etag>\
             <Content-Length>7</Content-Length></Properties></Blob><Blob><Name>a/folder</Name>\
             <Properties><Content-Length>0</Content-Length></Properties>\
             <Metadata><hdi_isfolder>true</hdi_isfolder></Metadata></Blob></Blobs>\
             <NextMarker>2!x</NextMarker></EnumerationResults>"
                .as_bytes(),
        );
        let page = page.unwrap();
        let [blob] = page.objects.as_slice() else { panic!("{page:?}") };
        assert_eq!((&*blob.key, blob.size, page.next.as_deref()), ("a/R CC.dcm", 7, Some("2!x")));
        assert_eq!(blob.tag, etag_number("\"0x8D\""));
        assert_eq!(blob.modified_ns, Some(1_767_225_600_000_000_000));
        for damaged in [
            "<Error/>",
            "<EnumerationResults>",
            "<EnumerationResults><Blobs><Blob></Blob></Blobs></EnumerationResults>",
        ] {
            assert!(read_page(damaged.as_bytes()).is_err(), "{damaged}");
        }
    }
}
