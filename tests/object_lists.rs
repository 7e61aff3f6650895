//! Lists that say what a listing of a bucket says, and commands other than `index` that read a store.

use std::fs::{self, File};
use std::io::Write;

use duckdb::Connection;
use flate2::Compression;
use flate2::write::GzEncoder;
use mammodex::sample::SampleFlaws;

use crate::fixture::{mammodex, run};
use crate::sample_data::files_below;
use crate::store_stub::{StubRequest, etag};
use crate::stored_set::{DATA, StoredSet, put_into_archive, with_store};

const TIME: &str = "2023-11-14T22:13:20.000Z";

/// The rows of an inventory of everything in the bucket: bucket, key, latest, deleted, size, time, ETag.
fn inventory(stored: &StoredSet) -> Vec<[String; 7]> {
    let row = |(name, path): (String, std::path::PathBuf)| {
        let bytes = fs::read(path).unwrap();
        let key = format!("data/{name}");
        let size = bytes.len().to_string();
        ["clinic", &key, "true", "false", &size, TIME, &etag(&bytes)].map(str::to_owned)
    };
    let mut rows: Vec<_> = files_below(&stored.set.root()).into_iter().map(row).collect();
    let other = |key: &str, latest: &str, deleted: &str| {
        ["clinic", key, latest, deleted, "5", TIME, "x"].map(str::to_owned)
    };
    rows.push(other("other/a.dcm", "true", "false"));
    rows.push(other("data/gone.dcm", "true", "true"));
    rows.push(other("data/earlier.dcm", "false", "false"));
    rows.push(other("data/folder/", "true", "false"));
    rows
}

fn csv(rows: &[[String; 7]], header: &str) -> String {
    let lines = rows.iter().map(|row| format!("\"{}\"\n", row.join("\",\"")));
    lines.fold(header.to_owned(), |text, line| text + &line)
}

#[test]
fn an_inventory_of_s3_replaces_the_listing() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let dir = stored.dir();
    fs::create_dir(stored.set.root().join("odd + %")).unwrap();
    let (_, image) = files_below(&stored.set.root())
        .into_iter()
        .find(|(name, _)| name.ends_with(".dcm"))
        .unwrap();
    fs::copy(image, stored.set.root().join("odd + %/a.dcm")).unwrap();
    put_into_archive(&stored.set.root(), "dcm/Uncompressed/Normal/Normal_00002");
    stored.set_times();
    stored.index_folder(&[]);
    let rows = inventory(&stored);

    fs::write(
        dir.join("keys.csv"),
        csv(&rows, "Bucket,Key,IsLatest,IsDeleteMarker,Size,LastModifiedDate,ETag\n"),
    )
    .unwrap();
    let db = Connection::open_in_memory().unwrap();
    let parquet = dir.join("keys.parquet");
    db.execute_batch(&format!(
        "COPY (SELECT bucket, _key AS key, islatest AS is_latest, isdeletemarker AS is_delete_marker, size,
                      lastmodifieddate::TIMESTAMP AS last_modified_date, etag AS e_tag
               FROM read_csv('{}', normalize_names := true)) TO '{}' (COMPRESSION zstd)",
        dir.join("keys.csv").display(),
        parquet.display()
    ))
    .unwrap();
    // As S3 delivers it: keys are encoded, there is no header, and the files are compressed.
    fs::create_dir_all(dir.join("report/data")).unwrap();
    fs::create_dir_all(dir.join("report/2026-11-28T01-00Z")).unwrap();
    let encoded: Vec<_> = rows
        .iter()
        .cloned()
        .map(|mut row| {
            row[1] = row[1].replace('%', "%25").replace('+', "%2B").replace(' ', "+");
            row
        })
        .collect();
    let mut files = String::new();
    for (name, part) in
        ["a.csv.gz", "b.csv.gz"].into_iter().zip(encoded.chunks(encoded.len() / 2 + 1))
    {
        let mut packed = GzEncoder::new(
            File::create(dir.join("report/data").join(name)).unwrap(),
            Compression::fast(),
        );
        packed.write_all(csv(part, "").as_bytes()).unwrap();
        packed.finish().unwrap();
        files.push_str(&format!("{{\"key\": \"reports/data/{name}\", \"size\": 1}},"));
    }
    let manifest = format!(
        "{{\"sourceBucket\": \"clinic\", \"fileFormat\": \"CSV\",
          \"fileSchema\": \"Bucket, Key, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag\",
          \"files\": [{}]}}",
        files.trim_end_matches(',')
    );
    fs::write(dir.join("report/2026-11-28T01-00Z/manifest.json"), manifest).unwrap();
    // S3 compresses Parquet by Snappy.
    fs::create_dir(dir.join("parquet")).unwrap();
    db.execute_batch(&format!(
        "COPY (FROM '{}') TO '{}' (COMPRESSION snappy)",
        parquet.display(),
        dir.join("parquet/part.parquet").display()
    ))
    .unwrap();
    let manifest = "{\"fileFormat\": \"Parquet\", \"fileSchema\": \"message s3.inventory {}\",
                     \"files\": [{\"key\": \"reports/part.parquet\"}]}";
    fs::write(dir.join("parquet/manifest.json"), manifest).unwrap();

    for (list, catalog) in [
        ("keys.csv", "by-csv"),
        ("keys.parquet", "by-parquet"),
        ("report/2026-11-28T01-00Z/manifest.json", "by-manifest"),
        ("parquet/manifest.json", "by-snappy"),
    ] {
        let store = stored.store();
        let said = stored.index_store(&store, catalog, &["--files-from", list]);
        assert!(said.code < 2, "{list}: {}", said.err);
        stored.assert_same(catalog);
        let requests = store.requests();
        assert!(requests.iter().all(|request| !request.key.is_empty()), "{list}: it was listed");
        let looked_at =
            |request: &&crate::store_stub::StubRequest| request.headers["range"] == "bytes=0-0";
        let looks: Vec<_> = requests.iter().filter(looked_at).collect();
        // An archive is opened once more for its members.
        assert!(looks.len() <= 1, "{list}: {looks:?}");
    }
    let other = csv(&rows, "Bucket,Key,IsLatest,IsDeleteMarker,Size,LastModifiedDate,ETag\n")
        .replace("\"clinic\"", "\"lab\"");
    fs::write(dir.join("other.csv"), other).unwrap();
    let said = stored.index_store(&stored.store(), "other", &["--files-from", "other.csv"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("it is of the bucket \"lab\""), "{}", said.err);
    // A row without end inflates from a few bytes.
    let mut packed =
        GzEncoder::new(File::create(dir.join("a.csv.gz")).unwrap(), Compression::fast());
    packed.write_all(b"Key,Size\n\"").unwrap();
    for _ in 0..2_000 {
        packed.write_all(&[b'a'; 1_024]).unwrap();
    }
    packed.finish().unwrap();
    let said = stored.index_store(&stored.store(), "other", &["--files-from", "a.csv.gz"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("a line is longer than 1 MiB"), "{}", said.err);
    // What was replaced since is not read as what the list says.
    let (name, path) = files_below(&stored.set.root())
        .into_iter()
        .find(|(name, _)| name.ends_with(".dcm"))
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(path, bytes).unwrap();
    let said = stored.index_store(
        &stored.store(),
        "by-csv",
        &["--files-from", "keys.csv", "--hash-pixels"],
    );
    assert_eq!(said.code, 1, "{}", said.err);
    let issues = stored
        .set
        .rows("by-csv", "SELECT file, message FROM issues WHERE code = 'file-unreadable'");
    assert_eq!(
        issues,
        [format!("{name}|the file cannot be read: the object has changed since it was listed")]
    );
}

#[test]
fn pictures_and_audits_read_the_store_of_the_catalog() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let dir = stored.dir();
    fs::remove_dir_all(stored.set.root()).unwrap();
    let said = run(mammodex(dir).args(["sample", "data", "--patients", "12"]), dir, "");
    assert_eq!(said.code, 0, "{}", said.err);
    stored.set_times();
    stored.index_folder(&[]);
    let store = stored.store();
    assert!(stored.index_store(&store, "remote", &[]).code < 2);
    let case = stored.set.rows("local", "SELECT min(case_id) FROM lesions").remove(0);
    let pictures = |catalog: &str, folder: &str| {
        let mut command = mammodex(dir);
        let root = if catalog == "remote" { DATA } else { "data" };
        let arguments = ["render", &case, "--catalog", catalog, "-o", folder, "--root", root];
        let said = run(with_store(&mut command, &store.url).args(arguments), dir, "");
        assert_eq!(said.code, 0, "{}", said.err);
        let files = files_below(&dir.join(folder)).into_iter();
        files.map(|(name, path)| (name, fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    let local = pictures("local", "pictures");
    assert_eq!(local.len(), 4);
    assert!(local == pictures("remote", "others"), "pictures differ");
    let audit = |catalog: &str| {
        let mut command = mammodex(dir);
        let root = if catalog == "remote" { DATA } else { "data" };
        let arguments = ["audit", "--catalog", catalog, "--root", root];
        run(with_store(&mut command, &store.url).args(arguments), dir, "")
    };
    let (local, remote) = (audit("local"), audit("remote"));
    assert_eq!((local.code, &local.out), (remote.code, &remote.out), "{}", remote.err);
}

#[test]
fn an_address_that_only_the_catalog_names_is_not_contacted() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let (dir, store) = (stored.dir(), stored.store());
    assert!(stored.index_store(&store, "remote", &[]).code < 2);
    let before = store.requests().len();
    for arguments in [
        &["render", "Cancer_00001", "-o", "pictures"][..],
        &["audit"],
        &["report", "-o", "report.html", "--audit"],
        &["report", "-o", "report.html", "--outliers"],
        &["review", "--static", "page", "--reviewer", "r"],
    ] {
        let arguments = [arguments, &["--catalog", "remote"]].concat();
        let mut command = mammodex(dir);
        let said = run(with_store(&mut command, &store.url).args(&arguments), dir, "");
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(said.err.contains("--root s3://clinic/data"), "{arguments:?}: {}", said.err);
    }
    assert_eq!(store.requests().len(), before);
}

#[test]
fn shards_of_a_store_make_the_catalog_of_the_folder() {
    let stored = StoredSet::new(60, SampleFlaws::With);
    stored.index_folder(&["--profile", "ncc"]);
    let (dir, store) = (stored.dir(), stored.store());
    let done = |arguments: &[&str], codes: &[i32]| {
        let said = run(with_store(&mut mammodex(dir), &store.url).args(arguments), dir, "");
        assert!(codes.contains(&said.code), "{arguments:?}: {}", said.err);
    };
    done(&["plan", DATA, "--shards", "3", "--profile", "ncc", "-o", "plan"], &[0]);
    let planned = store.requests().len();
    for number in 0..3 {
        let (list, shard) = (format!("plan/0000{number}.jsonl"), format!("shards/{number}"));
        done(&["scan", DATA, "--profile", "ncc", "--files-from", &list, "--into", &shard], &[0, 1]);
    }
    // The lists say what the listing says: nothing is listed or looked up again.
    let scans = &store.requests()[planned..];
    let looks = |request: &&StubRequest| {
        request.key.is_empty()
            || request.headers.get("range").is_some_and(|text| text == "bytes=0-0")
    };
    assert_eq!(scans.iter().filter(looks).count(), 0);
    let before = store.requests().len();
    done(&["link", DATA, "shards", "--profile", "ncc", "--catalog", "linked"], &[0, 1]);
    stored.assert_same("linked");
    // Images are not read again: what is requested is the listing, tables and annotations.
    let requests = store.requests();
    assert!(!requests[before..].iter().any(|request| request.key.ends_with(".dcm")));
}

#[test]
fn an_object_that_was_replaced_after_the_plan_is_a_finding() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let (dir, store) = (stored.dir(), stored.store());
    let call = |arguments: &[&str]| {
        run(with_store(&mut mammodex(dir), &store.url).args(arguments), dir, "")
    };
    assert_eq!(call(&["plan", DATA, "--shards", "1", "--profile", "ncc", "-o", "plan"]).code, 0);
    let files = files_below(&stored.set.root());
    let mut images = files.into_iter().filter(|(name, _)| name.ends_with(".dcm"));
    let (name, path) = images.next().unwrap();
    fs::copy(images.next().unwrap().1, path).unwrap();
    let list = ["--files-from", "plan/00000.jsonl", "--into", "shard"];
    let said = call(&[&["scan", DATA, "--profile", "ncc"], &list[..]].concat());
    assert_eq!(said.code, 1, "{}", said.err);
    let issues = dir.join("shard/issues.parquet");
    let query =
        format!("SELECT code || ' ' || file FROM '{}' WHERE severity = 'error'", issues.display());
    let db = Connection::open_in_memory().unwrap();
    let finding: String = db.query_row(&query, [], |row| row.get(0)).unwrap();
    assert_eq!(finding, format!("file-unreadable {name}"));
}
