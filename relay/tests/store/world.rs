//! A folder of logs, a data folder and a store on it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use model::{Batch, Columns, Entry, Labels, MatchOp, Matcher, TimeRange};
use protocol::index::Index;
use relay::store::{SourceOptions, Store, StoreError, StoreOptions};
use tempfile::TempDir;

pub struct World {
    root: TempDir,
}

impl World {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("logs")).unwrap();
        Self { root }
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// A path in the folder of logs.
    pub fn log(&self, name: &str) -> PathBuf {
        self.root.path().join("logs").join(name)
    }

    pub fn options(&self) -> StoreOptions {
        StoreOptions { zone: TimeZone::UTC, ..StoreOptions::new(self.data()) }
    }

    pub fn open(&self) -> Store {
        Store::open(self.options()).unwrap()
    }

    pub fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(self.options())
    }

    /// Opens the store and follows `pattern` in the folder of logs.
    pub fn follow(&self, pattern: &str) -> Store {
        let store = self.open();
        self.add(&store, pattern);
        store
    }

    pub fn add(&self, store: &Store, pattern: &str) {
        let path = self.log(pattern).to_str().unwrap().to_owned();
        store.follow(SourceOptions { paths: vec![path], ..SourceOptions::default() });
    }

    pub fn append(&self, name: &str, text: &str) {
        append(&self.log(name), text.as_bytes());
    }
}

pub fn append(path: &Path, bytes: &[u8]) {
    let mut file = File::options().append(true).create(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

/// Waits for a condition; ten seconds are for ever on a busy machine.
#[track_caller]
pub fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "waited in vain for: {what}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

pub fn matcher(name: &str, op: MatchOp, value: &str) -> Matcher {
    Matcher::new(name, op, value).unwrap()
}

/// `{filename=~".+"}` and the like: everything that is there.
pub fn everything() -> Vec<Matcher> {
    vec![matcher("nothing", MatchOp::Equal, "")]
}

/// All entries of an index with their labels, in order of arrival, read as any client would. None
/// when a head was sealed meanwhile: then a client asks for the index again.
pub fn read(store: &Store, index: &Index) -> Option<Vec<(Labels, Entry)>> {
    let mut entries = Vec::new();
    let mut add = |stream: usize, batch: &Batch| {
        let labels = index.streams[stream].clone();
        entries.extend((0..batch.len()).map(|row| (labels.clone(), batch.entry(row))));
    };
    for chunk in &index.chunks {
        for block in &chunk.blocks {
            let want = chunk::Want { columns: Columns::ALL, auto_fields: None };
            if let Ok(batch) = store.read_block(chunk, block, want) {
                add(chunk.stream, &batch);
            }
        }
    }
    for head in &index.heads {
        add(head.stream, &store.read_head(head)?);
    }
    entries.sort_by_key(|(_, entry)| entry.arrival);
    Some(entries)
}

pub fn all(store: &Store) -> Vec<(Labels, Entry)> {
    loop {
        let index = store.index(&everything(), TimeRange::ALL, &[], Columns::ALL);
        if let Some(entries) = read(store, &index) {
            return entries;
        }
    }
}

pub fn lines(store: &Store) -> Vec<String> {
    let text = |entry: &Entry| String::from_utf8_lossy(&entry.line).into_owned();
    all(store).iter().map(|(_, entry)| text(entry)).collect()
}

/// Waits until exactly these lines are there, in any order.
#[track_caller]
pub fn expect_lines(store: &Store, expected: &[&str]) {
    let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    expected.sort();
    let mut found = Vec::new();
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        found = lines(store);
        found.sort();
        if found == expected {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
    assert_eq!(found, expected);
}

/// Numbered lines, `INFO` and stamped, from..to.
pub fn numbered(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|n| format!("{}\n", line(n))).collect()
}

pub fn line(n: u32) -> String {
    let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
    format!("2024-12-17 {hour:02}:{minute:02}:{second:02} INFO line number {n} of this file")
}

/// How often each of the numbered lines is there.
pub fn counts(store: &Store) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in lines(store) {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

/// Waits until the numbered lines are all there, and checks that each is there once.
#[track_caller]
pub fn expect_numbered(store: &Store, numbers: std::ops::Range<u32>) {
    let num = numbers.len();
    wait_for("the last line", || store.status().entries >= num as u64);
    let counts = counts(store);
    let missing: Vec<u32> = numbers.filter(|n| !counts.contains_key(&line(*n))).collect();
    let repeated: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(repeated.is_empty(), "repeated: {repeated:?}");
    assert_eq!(counts.len(), num, "lines that nobody wrote");
}

/// The codes of the problems that the status tells.
pub fn problems(store: &Store) -> Vec<String> {
    store.status().problems.into_iter().map(|problem| problem.code).collect()
}
