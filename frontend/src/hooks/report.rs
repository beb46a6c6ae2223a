//! The page as an exported report: everything that a relay would be asked stands in its manifest.

use std::collections::BTreeSet;
use std::rc::Rc;

use model::Labels;
use protocol::status::{Source, Status};
use report::{Manifest, SourceEntry};

use crate::engine::exported::{exported, manifest_of};

/// Whether the page is a report, and has no relay.
pub fn is_report() -> bool {
    exported().is_some()
}

/// What the report says about itself; None on the page of a relay.
pub fn report() -> Option<Rc<Manifest>> {
    // One that cannot be read shows no header, and the engine says why there is no answer.
    exported().and_then(|exported| manifest_of(&exported).ok()).map(Rc::new)
}

/// The report as the status of a relay that has nothing else.
pub fn status_of(manifest: &Manifest) -> Status {
    Status {
        version: manifest.tool.trim_start_matches("Logpane ").to_owned(),
        sources: manifest.files.iter().map(source_of).collect(),
        entries: manifest.files.iter().map(|file| file.entries).sum(),
        disk_bytes: manifest.chunks.iter().map(|chunk| chunk.bytes).sum(),
        oldest: manifest.chunks.iter().map(|chunk| chunk.first).min(),
        newest: manifest.chunks.iter().map(|chunk| chunk.last).max(),
        ..Status::default()
    }
}

fn source_of(file: &SourceEntry) -> Source {
    let label = |name| file.labels.get(name).unwrap_or_default().to_owned();
    Source {
        path: file.labels.get("filename").map_or_else(|| file.labels.to_string(), str::to_owned),
        job: label("job"),
        instance: label("instance"),
        offset: file.raw_bytes,
        size: file.raw_bytes,
        entries: file.entries,
        ..Source::default()
    }
}

/// The labels of every stream in the report.
pub fn streams_of(manifest: &Manifest) -> Vec<Labels> {
    let streams: BTreeSet<&Labels> = manifest.chunks.iter().map(|chunk| &chunk.labels).collect();
    streams.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use report::ChunkEntry;

    use super::*;

    #[test]
    fn a_report_stands_for_a_relay_that_has_no_more() {
        let labels = Labels::from([("job", "a"), ("filename", "/a.log")]);
        let chunk = |level: &str, first, last| ChunkEntry {
            blake3: String::new(),
            bytes: 10,
            labels: labels.iter().chain([("level", level)]).collect(),
            entries: 2,
            raw_bytes: 50,
            first: Timestamp(first),
            last: Timestamp(last),
        };
        let manifest = Manifest {
            tool: "Logpane 1.2.3".to_owned(),
            files: vec![SourceEntry { labels: labels.clone(), entries: 4, raw_bytes: 100 }],
            chunks: vec![chunk("info", 5, 20), chunk("error", 1, 7), chunk("info", 30, 40)],
            ..Manifest::default()
        };
        let status = status_of(&manifest);
        assert_eq!((status.version.as_str(), status.entries, status.disk_bytes), ("1.2.3", 4, 30));
        assert_eq!((status.oldest, status.newest), (Some(Timestamp(1)), Some(Timestamp(40))));
        let file = &status.sources[0];
        assert_eq!((file.path.as_str(), file.job.as_str(), file.size), ("/a.log", "a", 100));
        assert_eq!(streams_of(&manifest).len(), 2);
    }
}
