//! Chunks written straight into a data folder, as if they had been sealed there.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chunk::{Options, RuzstdCodec, encode};
use model::{Batch, Entry, Labels};

use super::world::World;

pub fn entry(timestamp: i64, arrival: u64, line: &str) -> Entry {
    Entry { timestamp, arrival, line: line.as_bytes().to_vec(), ..Entry::default() }
}

impl World {
    pub fn chunks(&self) -> PathBuf {
        self.data().join("chunks")
    }

    /// A chunk that was sealed so long ago; its file.
    pub fn seal(&self, labels: &Labels, entries: Vec<Entry>, ago: Duration) -> PathBuf {
        let batch = Batch::from_entries(entries);
        let encoded = encode(labels, &batch, Options::default(), &mut RuzstdCodec::new()).unwrap();
        fs::create_dir_all(self.chunks()).unwrap();
        let path = self.chunks().join(format!("{}.chunk", encoded.id));
        fs::write(&path, encoded.bytes).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - ago).unwrap();
        path
    }

    /// The names in the folder of chunks, in order.
    pub fn chunk_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.chunks()).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
