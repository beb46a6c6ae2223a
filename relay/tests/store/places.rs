//! Where each entry stands in the file it was read from, through everything that happens to files.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use model::{Entry, Place};
use relay::store::Store;

use super::world::{World, all, expect_lines, line, numbered, wait_for};

/// Files as they were, by path and inode; a name that was written anew has several.
#[derive(Default)]
struct Written(HashMap<(String, u64), Vec<Vec<u8>>>);

impl Written {
    fn note(&mut self, name: &Path, path: &Path) {
        let inode = fs::metadata(path).unwrap().ino();
        let key = (name.to_str().unwrap().to_owned(), inode);
        self.0.entry(key).or_default().push(fs::read(path).unwrap());
    }

    /// The bytes of the place are those of the entry, in one of the files of that name and inode.
    fn holds(&self, entry: &Entry, place: &Place) -> bool {
        let key = (place.file.path.clone(), place.file.inode);
        let files = self.0.get(&key).map(Vec::as_slice).unwrap_or_default();
        let range = place.offset as usize..place.end() as usize;
        files.iter().any(|bytes| bytes.get(range.clone()) == Some(&entry.line))
    }
}

#[track_caller]
fn check(store: &Store, written: &Written, num: usize) {
    let entries = all(store);
    assert_eq!(entries.len(), num);
    for (_, entry) in entries {
        let place = entry.place.clone().unwrap_or_else(|| panic!("{entry:?} has no place"));
        assert!(written.holds(&entry, &place), "{entry:?}");
    }
}

const TRACEBACK: &str =
    "Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: x";

#[test]
fn entries_keep_their_places_through_restarts() {
    let world = World::new();
    world.append("app.log", &numbered(0..500));
    let store = world.follow("*.log");
    wait_for("the first lines", || store.status().entries == 500);
    store.abort();
    // What is extended after a kill is one entry still.
    world.append("app.log", TRACEBACK);
    let store = world.follow("*.log");
    world.append("app.log", "\n");
    wait_for("the traceback", || store.status().entries == 501);
    store.shutdown();
    world.append("app.log", "last\n");
    let store = world.follow("*.log");
    wait_for("the last line", || store.status().entries == 502);
    let mut written = Written::default();
    written.note(&world.log("app.log"), &world.log("app.log"));
    check(&store, &written, 502);
}

#[test]
fn entries_name_the_file_that_was_read_whatever_it_is_called_now() {
    let world = World::new();
    let (path, rotated) = (world.log("app.log"), world.log("app.log.1"));
    let mut written = Written::default();
    world.append("app.log", &numbered(0..100));
    let store = world.follow("*.log");
    wait_for("the first file", || store.status().entries == 100);
    // Renamed and created anew.
    fs::rename(&path, &rotated).unwrap();
    written.note(&path, &rotated);
    world.append("app.log", &numbered(100..200));
    wait_for("the second file", || store.status().entries == 200);
    // Copied and truncated.
    written.note(&path, &path);
    fs::write(&path, "").unwrap();
    world.append("app.log", &format!("short\n{}", numbered(200..300)));
    wait_for("the third file", || store.status().entries == 301);
    written.note(&path, &path);
    check(&store, &written, 301);
    store.abort();
    check(&world.open(), &written, 301);
}

#[test]
fn what_was_pushed_has_no_place() {
    let world = World::new();
    let store = world.open();
    let entry = Entry { timestamp: 1, line: line(1).into_bytes(), ..Entry::default() };
    store.push(vec![(model::Labels::from([("job", "a")]), vec![entry])]).unwrap();
    expect_lines(&store, &[&line(1)]);
    assert!(all(&store).iter().all(|(_, entry)| entry.place.is_none()));
}

#[test]
fn a_byte_of_a_file_leads_to_the_entry_that_has_it() {
    let world = World::new();
    let text = format!("one\n{TRACEBACK}\n\nlast\n");
    world.append("app.log", &text);
    let store = world.follow("*.log");
    wait_for("all lines", || store.status().entries == 3);
    store.shutdown();
    let path = world.log("app.log").to_str().unwrap().to_owned();
    let inode = fs::metadata(&path).unwrap().ino();
    let (group, last) = (4, text.rfind("last").unwrap() as u64);
    // In the head, and in the journal that is read again.
    for _ in 0..2 {
        let store = world.follow("*.log");
        for (offset, inode, expected) in [
            (0, None, Some(0)),
            (3, None, Some(0)),
            (group, Some(inode), Some(group)),
            (group + 60, None, Some(group)),
            (last - 1, None, None),
            (last, None, Some(last)),
            (last, Some(inode + 1), None),
            (last + 50, None, None),
        ] {
            let found = store.covering(&path, inode, offset).map(|found| found.place.offset);
            assert_eq!(found, expected, "{offset} {inode:?}");
        }
        assert_eq!(store.covering("/no/such/file", None, 0), None);
        store.shutdown();
    }
}
