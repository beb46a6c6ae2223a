//! The chunks of an exported report as a source: no relay, everything is in the page.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use chunk::{ChunkMeta, TAIL_BYTES, Tail, read_meta};
use js_sys::{Array, Uint8Array};
use model::{Columns, Timestamp};
use protocol::index::{BlockRef, ChunkRef, HeadRef, Index};
use report::Manifest;
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::block::block_ref;
use super::port::describe;
use super::source::{Ask, Source, SourceError};
use super::turns::{now_ms, pause};

#[wasm_bindgen]
extern "C" {
    /// What `static/js/report.js` unpacks: the same in the page and in its workers.
    #[derive(Clone, Debug)]
    pub type Exported;

    #[wasm_bindgen(thread_local_v2, js_name = logpaneReport)]
    static EXPORTED: Option<Exported>;

    #[wasm_bindgen(method, getter)]
    fn manifest(this: &Exported) -> String;

    #[wasm_bindgen(method, getter)]
    fn chunks(this: &Exported) -> Array;

    /// Where the program of the workers stands.
    #[wasm_bindgen(method, getter)]
    pub fn worker(this: &Exported) -> String;
}

/// The report that the page is; None where it is the page of a relay.
pub fn exported() -> Option<Exported> {
    EXPORTED.with(Clone::clone)
}

/// What the report says about itself.
pub fn manifest_of(exported: &Exported) -> Result<Manifest, String> {
    Manifest::parse(exported.manifest().as_bytes()).map_err(|error| error.to_string())
}

/// Reads chunks by their number in the report, which is their name too.
#[derive(Clone, Debug)]
pub struct ExportedSource {
    exported: Exported,
    /// Every chunk and block there is, once it was asked for.
    whole: Rc<RefCell<Option<Rc<Index>>>>,
}

impl ExportedSource {
    pub fn new(exported: Exported) -> Self {
        Self { exported, whole: Rc::default() }
    }

    async fn whole(&self) -> Result<Rc<Index>, SourceError> {
        if let Some(known) = self.whole.borrow().clone() {
            return Ok(known);
        }
        let manifest =
            manifest_of(&self.exported).map_err(|detail| SourceError::Unreadable { detail })?;
        let mut index = Index { sessions: manifest.sessions, ..Index::default() };
        for (number, chunk) in manifest.chunks.iter().enumerate() {
            let id = number.to_string();
            let meta = self.meta(&id, chunk.bytes).await?;
            let stream = index.streams.iter().position(|known| *known == meta.labels);
            let stream = stream.unwrap_or_else(|| {
                index.streams.push(meta.labels.clone());
                index.streams.len() - 1
            });
            let blocks = (0..)
                .zip(&meta.blocks)
                .map(|(at, block)| block_ref(at, block, Columns::ALL))
                .collect();
            let replaces = Vec::new();
            index.chunks.push(ChunkRef { id, stream, size: chunk.bytes, blocks, replaces });
        }
        index.chunks.sort_by_key(|chunk| std::cmp::Reverse(newest(chunk)));
        let index = Rc::new(index);
        self.whole.replace(Some(Rc::clone(&index)));
        Ok(index)
    }

    async fn meta(&self, id: &str, size: u64) -> Result<ChunkMeta, SourceError> {
        let mut wanted = TAIL_BYTES as u64;
        loop {
            let tail = self.bytes(id, size.saturating_sub(wanted)..size).await?;
            match read_meta(&tail, size) {
                Ok(Tail::Meta(meta)) => return Ok(meta),
                Ok(Tail::More { bytes }) if wanted < size => wanted = bytes as u64,
                Ok(Tail::More { .. }) => return Err(unreadable(id, "its footer is cut off")),
                Err(error) => return Err(unreadable(id, error)),
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "places within a file of some megabytes")]
    async fn bytes(&self, id: &str, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let number = id.parse().map_err(|_| SourceError::Gone)?;
        let blob: Blob =
            self.exported.chunks().get(number).dyn_into().map_err(|_| SourceError::Gone)?;
        let failed = |error: JsValue| unreadable(id, describe(&error));
        let part =
            blob.slice_with_f64_and_f64(range.start as f64, range.end as f64).map_err(failed)?;
        let buffer = JsFuture::from(part.array_buffer()).await.map_err(failed)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

impl Source for ExportedSource {
    async fn index(&self, ask: &Ask) -> Result<Index, SourceError> {
        Ok(matching(&*self.whole().await?, ask))
    }

    async fn chunk(&self, id: &str, range: Option<Range<u64>>) -> Result<Vec<u8>, SourceError> {
        self.bytes(id, range.unwrap_or(0..u64::MAX >> 11)).await
    }

    async fn head(&self, _: &HeadRef) -> Result<Vec<u8>, SourceError> {
        Err(SourceError::Gone)
    }

    async fn pause(&self) {
        pause().await;
    }

    fn now_ms(&self) -> f64 {
        now_ms()
    }
}

fn unreadable(id: &str, problem: impl std::fmt::Display) -> SourceError {
    SourceError::Unreadable { detail: format!("chunk {id} of the report: {problem}") }
}

fn newest(chunk: &ChunkRef) -> Option<Timestamp> {
    chunk.blocks.iter().map(|block| block.last).max()
}

/// What of the whole index is asked for. Chunks keep their order, newest first.
fn matching(whole: &Index, ask: &Ask) -> Index {
    let streams: Vec<bool> = whole
        .streams
        .iter()
        .map(|labels| ask.matchers.iter().all(|matcher| matcher.matches(labels)))
        .collect();
    let mut index = Index {
        streams: whole.streams.clone(),
        sessions: whole.sessions.clone(),
        ..Index::default()
    };
    for chunk in whole.chunks.iter().filter(|chunk| streams.get(chunk.stream) == Some(&true)) {
        for block in &chunk.blocks {
            index.oldest = Some(index.oldest.map_or(block.first, |first| first.min(block.first)));
            index.newest = index.newest.max(Some(block.last));
        }
        let overlaps = |block: &&BlockRef| ask.range.overlaps(block.first.0, block.last.0);
        let blocks: Vec<BlockRef> = chunk.blocks.iter().filter(overlaps).cloned().collect();
        if !blocks.is_empty() {
            index.chunks.push(ChunkRef { blocks, ..chunk.clone() });
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use model::{Columns, Labels, MatchOp, Matcher, TimeRange};

    use super::*;

    #[test]
    fn only_what_is_asked_for_is_named() {
        let block = |first, last| BlockRef {
            index: 0,
            count: 1,
            first: Timestamp(first),
            last: Timestamp(last),
            raw: 1,
            sections: Vec::new(),
        };
        let chunk = |id: &str, stream, blocks| ChunkRef {
            id: id.to_owned(),
            stream,
            size: 9,
            blocks,
            replaces: Vec::new(),
        };
        let whole = Index {
            streams: vec![Labels::from([("job", "a")]), Labels::from([("job", "b")])],
            chunks: vec![
                chunk("1", 1, vec![block(30, 40)]),
                chunk("0", 0, vec![block(0, 9), block(10, 20)]),
            ],
            ..Index::default()
        };
        for (job, range, chunks, blocks) in [
            ("a", TimeRange::ALL, vec!["0"], 2),
            ("a", TimeRange::new(15, 99), vec!["0"], 1),
            ("b", TimeRange::new(0, 30), vec![], 0),
            ("b", TimeRange::new(0, 31), vec!["1"], 1),
            ("c", TimeRange::ALL, vec![], 0),
        ] {
            let ask = Ask {
                matchers: vec![Matcher::new("job", MatchOp::Equal, job).unwrap()],
                range,
                columns: Columns::ALL,
                literals: Vec::new(),
            };
            let index = matching(&whole, &ask);
            let ids: Vec<&str> = index.chunks.iter().map(|chunk| chunk.id.as_str()).collect();
            let num_blocks: usize = index.chunks.iter().map(|chunk| chunk.blocks.len()).sum();
            assert_eq!((ids, num_blocks), (chunks, blocks), "{job} {range:?}");
            let span = index.oldest.zip(index.newest).map(|(first, last)| (first.0, last.0));
            let expected = [("a", Some((0, 20))), ("b", Some((30, 40)))];
            let expected = expected.iter().find(|(known, _)| *known == job);
            assert_eq!(span, expected.and_then(|(_, span)| *span), "{job}");
        }
    }
}
