//! What an answer took, under the names of Loki's statistics.

use std::time::Duration;

use logql::{Outcome, Output};
use serde_json::{Value, json};

use crate::query::Effort;

/// `data.stats` of an answer. Blocks on disk are Loki's store, open heads its ingester.
pub fn of(outcome: &Outcome, effort: &Effort) -> Value {
    let returned = match &outcome.output {
        Output::Rows(rows) => rows.len(),
        Output::Matrix(series) => series.iter().map(|series| series.samples.len()).sum(),
        Output::Vector(samples) => samples.len(),
        Output::Scalar(_) => 1,
    };
    let bytes = effort.block_bytes + effort.head_bytes;
    let lines = effort.block_entries + effort.head_entries;
    json!({
        "summary": {
            "bytesProcessedPerSecond": per_second(bytes, effort.running),
            "linesProcessedPerSecond": per_second(lines, effort.running),
            "totalBytesProcessed": bytes,
            "totalLinesProcessed": lines,
            "totalPostFilterLines": outcome.stats.matched,
            "totalEntriesReturned": returned,
            "execTime": effort.running.as_secs_f64(),
            "queueTime": effort.waiting.as_secs_f64(),
            "subqueries": 1,
            "splits": 0,
            "shards": 0,
        },
        "querier": { "store": {
            "totalChunksRef": effort.chunks,
            "totalChunksDownloaded": effort.chunks,
            "chunksDownloadTime": nanoseconds(effort.reading),
            "chunk": {
                "headChunkBytes": 0,
                "headChunkLines": 0,
                "decompressedBytes": effort.block_bytes,
                "decompressedLines": effort.block_entries,
                "compressedBytes": effort.packed_bytes,
                "totalDuplicates": 0,
                "postFilterLines": 0,
            },
        } },
        "ingester": {
            "totalReached": 1,
            "totalChunksMatched": effort.heads,
            "totalBatches": effort.heads,
            "totalLinesSent": effort.head_entries,
            "store": {
                "totalChunksRef": 0,
                "totalChunksDownloaded": 0,
                "chunksDownloadTime": 0,
                "chunk": {
                    "headChunkBytes": effort.head_bytes,
                    "headChunkLines": effort.head_entries,
                    "decompressedBytes": 0,
                    "decompressedLines": 0,
                    "compressedBytes": 0,
                    "totalDuplicates": 0,
                    "postFilterLines": 0,
                },
            },
        },
        "index": {
            "totalChunks": effort.blocks + effort.blocks_skipped,
            "postFilterChunks": effort.blocks,
        },
    })
}

fn per_second(amount: u64, time: Duration) -> u64 {
    let ns = time.as_nanos().max(1);
    u64::try_from(u128::from(amount) * 1_000_000_000 / ns).unwrap_or(u64::MAX)
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
