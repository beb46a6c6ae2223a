use std::cmp::Reverse;
use std::time::SystemTime;

use model::Timestamp;
use protocol::sources::{SourceFacts, Sources};
use protocol::status::{Severity, Source, Status};

use crate::store::chunk_file::nanos;
use crate::store::facts::FileFacts;
use crate::store::shared::{Shared, problem};
use crate::store::{Figures, retention};

/// The zone of times that name none, as `Asia/Shanghai`; None where it has no name.
pub(crate) fn zone_name(shared: &Shared) -> Option<String> {
    shared.options.zone.iana_name().map(str::to_owned)
}

/// What the relay follows, keeps and misses.
pub(crate) fn status(shared: &Shared, instance: &str) -> Status {
    let mut status =
        Status { instance: instance.to_owned(), zone: zone_name(shared), ..Status::default() };
    {
        let catalogue = shared.read();
        let board = shared.board();
        status.retention_seconds = catalogue.policy().keep.as_secs();
        let now = nanos(SystemTime::now());
        status.retention = retention::report(&catalogue, board.journal_bytes, now);
        let held = catalogue.streams().iter().filter_map(|stream| Some((stream, stream.span()?)));
        for (stream, (first, last)) in held {
            status.streams += 1;
            status.entries += stream.num_entries();
            let first = Timestamp(first);
            status.oldest = Some(status.oldest.map_or(first, |oldest| oldest.min(first)));
            status.newest = status.newest.max(Some(Timestamp(last)));
        }
        status.disk_bytes = catalogue.chunk_bytes() + board.journal_bytes;
        status.sources = board.sources.values().cloned().collect();
        status.problems.extend(board.stopped.clone());
        status.problems.extend(board.found.iter().cloned());
        status.problems.extend(catalogue.corrupt.iter().map(|(id, chunk)| {
            let entries = match chunk.entries {
                Some(entries) => format!("{entries} entries are missing"),
                None => "entries are missing".to_owned(),
            };
            let folder = shared.folder.corrupt().display();
            let message = format!(
                "chunk {id} is damaged ({}) and was set aside, {entries}; look at the disk, then \
                 remove the file: {folder}/{id}.chunk",
                chunk.reason
            );
            problem(Severity::Error, "corrupt_chunk", message)
        }));
        status.problems.extend(board.paths.iter().cloned());
    }
    let failed = status.sources.iter().filter_map(|source| {
        let error = source.last_error.as_ref()?;
        let message = format!("cannot read on in {}: {error}", source.path);
        Some(problem(Severity::Error, "unreadable_file", message))
    });
    let failed: Vec<_> = failed.collect();
    status.problems.extend(failed);
    status.sources.sort_by(|a, b| a.path.cmp(&b.path));
    status.problems.sort_by_key(|problem| Reverse(problem.severity));
    status
}

/// What is known of each followed file, and what was looked for in vain.
pub(crate) fn sources(shared: &Shared, now: i64) -> Sources {
    let zone = zone_or_offset(shared, now);
    let board = shared.board();
    let file = |(key, source): (&u64, &Source)| {
        let facts = board.facts.get(key);
        let said = facts.map(|facts| facts.said.clone()).unwrap_or_default();
        let zone = said.zone.as_deref().unwrap_or(&zone);
        SourceFacts {
            source: source.clone(),
            lag_bytes: source.size.saturating_sub(source.offset),
            last_read: facts.and_then(FileFacts::last_read),
            times: facts.map(|facts| facts.times).unwrap_or_default(),
            entries_per_second: facts.map_or(0.0, |facts| facts.pace(now)),
            reading: facts.map(|facts| facts.reading(zone)).unwrap_or_default(),
            said,
        }
    };
    let mut files: Vec<_> = board.sources.iter().map(file).collect();
    files.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    Sources { files, missed: board.paths.clone() }
}

/// The zone of stamps that name none, as people write it: a name or, where the system has none, the
/// offset of now.
fn zone_or_offset(shared: &Shared, now: i64) -> String {
    zone_name(shared).unwrap_or_else(|| {
        let at = jiff::Timestamp::from_nanosecond(i128::from(now)).unwrap_or_default();
        shared.options.zone.to_offset(at).to_string()
    })
}

/// What the relay did since its start, and what its folder holds.
pub(crate) fn figures(shared: &Shared) -> Figures {
    let catalogue = shared.read();
    let counters = &shared.counters;
    Figures {
        read_bytes: counters.read_bytes.get(),
        invalid_bytes: counters.invalid_bytes.get(),
        lost_bytes: counters.lost_bytes.get(),
        read_entries: counters.read_entries.get(),
        tail_dropped_entries: catalogue.hub.dropped(),
        chunks: catalogue.streams().iter().map(|stream| stream.chunks.len() as u64).sum(),
        chunk_bytes: catalogue.chunk_bytes(),
        journal_bytes: shared.board().journal_bytes,
        merged_chunks: counters.merged_chunks.get(),
        corrupt_chunks: catalogue.corrupt.len() as u64,
        corrupt_entries: catalogue.corrupt.values().filter_map(|chunk| chunk.entries).sum(),
    }
}
