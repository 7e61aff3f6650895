//! The objects of a bucket: a thousand in a page, and several stretches of the keys at a time.
//!
//! Source: "ListObjectsV2", Amazon S3 API Reference; Google's XML interface answers alike.

use super::address::RemoteScheme;
use super::error::StoreError;
use super::percent;
use super::store::ObjectStore;
use super::stored_object::{StoredObject, etag_number, moment_ns};
use super::xml;
use crate::storage::Requests;

/// Stretches of keys that are listed at a time.
const STRETCHES: usize = 64;
/// Pages that are read to find where to cut.
const PAGES_TO_CUT: usize = 16;
/// Folders within folders that are entered to find where to cut.
const LEVELS_TO_CUT: usize = 8;

/// A page of a listing.
#[derive(Debug, Default)]
pub struct ListPage {
    /// The objects, in the order of their keys.
    pub objects: Vec<StoredObject>,
    /// Prefixes, each of which represents all keys that continue after the delimiter.
    pub folders: Vec<String>,
    /// Where the next page begins; absent for the last.
    pub next: Option<String>,
}

/// Keys in a row, those at the ends excluded.
#[derive(Debug, Clone, Default)]
struct KeyStretch {
    after: Option<String>,
    before: Option<String>,
}

impl ObjectStore {
    /// Every object below the address, handed to `take` in the order of keys. Of more than a page several stretches
    /// are listed at a time.
    ///
    /// # Errors
    /// When a page cannot be read: a listing is whole or none.
    pub fn list(
        &self,
        requests: &Requests,
        mut take: impl FnMut(StoredObject),
    ) -> Result<(), StoreError> {
        if !self.address().scheme.has_listing() {
            return Err(StoreError::NoListing);
        }
        if self.address().scheme == RemoteScheme::Azure {
            return self.list_blobs(take);
        }
        let prefix = &self.address().prefix;
        let first = self.list_page(prefix, &KeyStretch::default(), None, false)?;
        let last = first.objects.last().map(|object| object.key.clone());
        let is_whole = first.next.is_none();
        first.objects.into_iter().for_each(&mut take);
        if is_whole {
            return Ok(());
        }
        let read = |_: &mut (), stretch: KeyStretch| self.list_stretch(prefix, stretch);
        let mut result = Ok(());
        requests.for_each(
            self.stretches(prefix, last)?,
            || (),
            read,
            |objects| match objects {
                Ok(objects) if result.is_ok() => objects.into_iter().for_each(&mut take),
                Err(error) if result.is_ok() => result = Err(error),
                _ => {}
            },
        );
        result
    }

    /// Cuts the keys behind `after` at the borders of folders.
    fn stretches(
        &self,
        prefix: &str,
        after: Option<String>,
    ) -> Result<Vec<KeyStretch>, StoreError> {
        let folders = self.folders(prefix, after.as_deref())?;
        let step = folders.len().div_ceil(STRETCHES).max(1);
        let cuts = folders.into_iter().step_by(step).skip(1);
        let mut stretches = vec![KeyStretch { after, before: None }];
        for cut in cuts {
            if let Some(last) = stretches.last_mut() {
                last.before = Some(cut.clone());
            }
            stretches.push(KeyStretch { after: Some(cut), before: None });
        }
        Ok(stretches)
    }

    /// Folders behind `after`, at the first level that has several; not all where there are many pages of them.
    fn folders(&self, prefix: &str, after: Option<&str>) -> Result<Vec<String>, StoreError> {
        let mut prefix = prefix.to_owned();
        for _ in 0..LEVELS_TO_CUT {
            let stretch = KeyStretch { after: after.map(str::to_owned), before: None };
            let (mut folders, mut token) = (Vec::new(), None);
            for _ in 0..PAGES_TO_CUT {
                let page = self.list_page(&prefix, &stretch, token.as_deref(), true)?;
                // One that began before goes on behind it.
                folders.extend(
                    page.folders
                        .into_iter()
                        .filter(|folder| after.is_none_or(|after| &**folder > after)),
                );
                token = page.next;
                if token.is_none() {
                    break;
                }
            }
            match folders.as_slice() {
                [only] if token.is_none() => prefix = only.clone(),
                _ => return Ok(folders),
            }
        }
        Ok(Vec::new())
    }

    /// The objects of a stretch, page by page.
    fn list_stretch(
        &self,
        prefix: &str,
        stretch: KeyStretch,
    ) -> Result<Vec<StoredObject>, StoreError> {
        let mut objects: Vec<StoredObject> = Vec::new();
        let mut token = None;
        loop {
            let page = self.list_page(prefix, &stretch, token.as_deref(), false)?;
            let is_before =
                |object: &StoredObject| stretch.before.as_ref().is_none_or(|end| object.key < *end);
            let is_over = page.objects.last().is_some_and(|last| !is_before(last));
            // A server that repeats a page would be asked without end.
            let is_behind =
                |last: &StoredObject| page.objects.first().is_none_or(|first| last.key < first.key);
            if !objects.last().is_none_or(is_behind) {
                return Err(StoreError::Damaged("it repeats keys"));
            }
            objects.extend(page.objects.into_iter().take_while(is_before));
            token = page.next;
            if token.is_none() || is_over {
                return Ok(objects);
            }
        }
    }

    fn list_page(
        &self,
        prefix: &str,
        stretch: &KeyStretch,
        token: Option<&str>,
        by_folder: bool,
    ) -> Result<ListPage, StoreError> {
        let mut query = vec![("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix)];
        match (token, &stretch.after) {
            (Some(token), _) => query.push(("continuation-token", token)),
            (None, Some(after)) => query.push(("start-after", after)),
            (None, None) => {}
        }
        if by_folder {
            query.push(("delimiter", "/"));
        }
        query.sort_unstable(); // as it is signed
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", percent::encode(value, "")))
            .collect();
        self.page(&query.join("&"), ListPage::read)
    }
}

impl ListPage {
    /// Reads the answer of a store. Keys that end in `/` are folders and are skipped.
    ///
    /// # Errors
    /// When the answer is not a listing, whole and in order.
    pub fn read(body: &[u8]) -> Result<Self, StoreError> {
        const DAMAGED: StoreError = StoreError::Damaged("it is not a listing");
        let mut page = Self::default();
        let (mut object, mut is_listing, mut is_encoded, mut is_cut) =
            (StoredObject::default(), false, false, false);
        let mut is_sound = true;
        xml::for_each_element(body, |above, name, text| match (above, name) {
            ("Contents", "Key") => text.clone_into(&mut object.key),
            ("Contents", "Size") => match text.parse() {
                Ok(size) => object.size = size,
                Err(_) => is_sound = false,
            },
            ("Contents", "ETag") => object.tag = etag_number(text),
            ("Contents", "LastModified") => object.modified_ns = moment_ns(text),
            (_, "Contents") => page.objects.push(std::mem::take(&mut object)),
            ("CommonPrefixes", "Prefix") => page.folders.push(text.to_owned()),
            ("ListBucketResult", "EncodingType") => is_encoded = text == "url",
            ("ListBucketResult", "IsTruncated") => is_cut = text == "true",
            ("ListBucketResult", "NextContinuationToken") => page.next = Some(text.to_owned()),
            ("", "ListBucketResult") => is_listing = true,
            _ => {}
        })?;
        if is_encoded {
            for key in
                page.objects.iter_mut().map(|object| &mut object.key).chain(&mut page.folders)
            {
                *key = percent::decode(key).ok_or(DAMAGED)?;
            }
        }
        let is_ordered = page.objects.is_sorted_by(|a, b| a.key < b.key);
        if !is_listing || !is_sound || !is_ordered || is_cut != page.next.is_some() {
            return Err(DAMAGED);
        }
        page.objects.retain(|object| !object.key.ends_with('/') && !object.key.is_empty());
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_or_refused() {
        let page = ListPage::read(
            b"<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
              <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
              <NextContinuationToken>a&amp;b==</NextContinuationToken>\
              <Contents><Key>a/</Key><Size>0</Size></Contents>\
              <Contents><Key>a/R+CC%281%29.dcm</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
              <ETag>&quot;abc&quot;</ETag><Size>7</Size></Contents>\
              <CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes></ListBucketResult>",
        );
        let page = page.unwrap();
        let [object] = page.objects.as_slice() else { panic!("{page:?}") };
        assert_eq!((&*object.key, object.size), ("a/R CC(1).dcm", 7));
        assert_eq!(object.tag, etag_number("abc"));
        assert_eq!(object.modified_ns, Some(1_767_323_045_000_000_000));
        assert_eq!((page.folders, page.next.as_deref()), (vec!["b/".to_owned()], Some("a&b==")));
        for damaged in [
            "<Error><Code>X</Code></Error>",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><Contents><Key>b</Key></Contents><Contents><Key>a</Key></Contents></ListBucketResult>",
            "<ListBucketResult><Contents><Key>b</Key><Size>x</Size></Contents></ListBucketResult>",
            "<ListBucketResult>",
        ] {
            assert!(ListPage::read(damaged.as_bytes()).is_err(), "{damaged}");
        }
    }
}
