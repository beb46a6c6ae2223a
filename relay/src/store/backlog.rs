use std::sync::Arc;

use model::{Columns, Entry, Labels, Matcher};
use protocol::tail::{TailFrame, TailStream};

use crate::store::Subscription;
use crate::store::chunk_file::StoredChunk;
use crate::store::codec::Zstd;
use crate::store::hub::{FRAME_ENTRIES, tail_entry};
use crate::store::shared::Shared;

/// Of what a client missed it gets this many entries; the rest is in the chunks, for a query.
pub(crate) const BACKLOG_ENTRIES: usize = 5_000;
/// And no more of them than take this much together.
const BACKLOG_BYTES: usize = 32 << 20;

/// Follows the tail: what comes from now on, and before it what came after `after`.
pub(crate) fn subscribe(
    shared: &Shared,
    matchers: Vec<Matcher>,
    after: Option<u64>,
) -> Subscription {
    let mut missed: Vec<(Labels, Entry)> = Vec::new();
    let mut chunks: Vec<(Labels, Arc<StoredChunk>)> = Vec::new();
    // Under one lock: what is published later is not in the heads yet, and the other way round.
    let (frames, instance) = {
        let mut catalogue = shared.write();
        if let Some(after) = after {
            for stream in catalogue.matching(&matchers) {
                let entries = stream.head.after(after).into_iter();
                missed.extend(entries.map(|entry| (stream.labels.clone(), entry)));
                let newer = stream.chunks.iter().filter(|chunk| chunk.last_arrival() > after);
                chunks.extend(newer.map(|chunk| (stream.labels.clone(), Arc::clone(chunk))));
            }
        }
        (catalogue.hub.subscribe(matchers), catalogue.hub.instance.clone())
    };
    let mut dropped = keep_newest(&mut missed);
    if let Some(after) = after {
        dropped = add_sealed(shared, &mut missed, chunks, after, dropped);
    }
    missed.reverse();
    let mut backlog: Vec<TailFrame> =
        missed.chunks(FRAME_ENTRIES).map(|part| frame(part, &instance)).collect();
    if dropped > 0 {
        match backlog.first_mut() {
            Some(first) => first.dropped = dropped,
            None => backlog.push(TailFrame { dropped, instance, ..TailFrame::default() }),
        }
    }
    Subscription::new(backlog, frames)
}

/// Leaves what a client gets of these, newest first; counts the others.
fn keep_newest(missed: &mut Vec<(Labels, Entry)>) -> u64 {
    missed.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.arrival));
    let mut bytes = 0;
    let fit = missed.iter().take(BACKLOG_ENTRIES).take_while(|(_, entry)| {
        bytes += entry.line.len();
        bytes <= BACKLOG_BYTES
    });
    let fit = fit.count();
    let surplus = missed.len() - fit;
    missed.truncate(fit);
    surplus as u64
}

/// Adds entries of chunks until there are enough; counts those that stay behind beside the
/// `dropped` ones. What is there and what there is then are newest first.
fn add_sealed(
    shared: &Shared,
    missed: &mut Vec<(Labels, Entry)>,
    chunks: Vec<(Labels, Arc<StoredChunk>)>,
    after: u64,
    mut dropped: u64,
) -> u64 {
    let mut blocks: Vec<(&Labels, &StoredChunk, usize)> = Vec::new();
    for (labels, chunk) in &chunks {
        let newer = chunk.blocks.iter().enumerate().filter(|(_, b)| b.last_arrival > after);
        blocks.extend(newer.map(|(at, _)| (labels, chunk.as_ref(), at)));
    }
    let last = |(_, chunk, at): &(&Labels, &StoredChunk, usize)| {
        chunk.blocks.get(*at).map(|block| block.last_arrival)
    };
    blocks.sort_by_key(|block| std::cmp::Reverse(last(block)));
    let mut codec = Zstd::new(1);
    let mut is_full = dropped > 0;
    for (labels, chunk, at) in blocks {
        let Some(block) = chunk.blocks.get(at) else { continue };
        // The newest are in the block with the highest number, but older ones may stand there and
        // newer ones elsewhere: only a block that lies behind all that is kept can be passed over,
        // once something had to go.
        let oldest_kept = missed.last().map_or(0, |(_, entry)| entry.arrival);
        if is_full && oldest_kept > block.last_arrival {
            // At most: it may hold some that the client has.
            dropped += u64::from(block.count);
            continue;
        }
        let want = chunk::Want { columns: Columns::ALL, auto_fields: None };
        let read =
            shared.folder.read_block(chunk.id, block.count, &block.sections, want, &mut codec);
        match read {
            Ok(batch) => {
                let rows = (0..batch.len()).map(|row| batch.entry(row));
                let newer = rows.filter(|entry| entry.arrival > after);
                missed.extend(newer.map(|entry| (labels.clone(), entry)));
                let surplus = keep_newest(missed);
                is_full |= surplus > 0;
                dropped += surplus;
            }
            Err(_) => dropped += u64::from(block.count),
        }
    }
    dropped
}

fn frame(entries: &[(Labels, Entry)], instance: &str) -> TailFrame {
    let mut streams: Vec<TailStream> = Vec::new();
    for (labels, entry) in entries {
        let entry = tail_entry(entry);
        match streams.iter_mut().find(|stream| stream.labels == *labels) {
            Some(stream) => stream.entries.push(entry),
            None => streams.push(TailStream { labels: labels.clone(), entries: vec![entry] }),
        }
    }
    TailFrame { streams, instance: instance.to_owned(), ..TailFrame::default() }
}
