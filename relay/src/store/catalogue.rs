use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chunk::ChunkId;
use model::{Labels, Matcher, Session, Sessions};

use crate::store::chunk_file::StoredChunk;
use crate::store::head::{Head, stream_id};
use crate::store::hub::{Hub, News};
use crate::store::retention::Policy;

/// All streams with their heads and chunks. Behind one `RwLock`: the ingest thread writes for
/// microseconds at a time, readers copy what they need and read files after they let go.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// Never shrinks, so that an index names a stream for ever.
    streams: Vec<Stream>,
    by_labels: HashMap<Labels, usize>,
    by_id: HashMap<String, usize>,
    by_chunk: HashMap<ChunkId, usize>,
    policy: Policy,
    /// Chunks whose entries are in others by now, for readers that know them from before.
    retired: HashMap<ChunkId, (usize, Arc<StoredChunk>)>,
    /// The chunks that a new one has replaced, while readers may know them.
    replaced: HashMap<ChunkId, Vec<ChunkId>>,
    /// Changes with every chunk that comes or goes.
    version: u64,
    pub sessions: Sessions,
    pub hub: Hub,
    /// Damaged chunks that were set aside, by the name of their file.
    pub corrupt: BTreeMap<String, CorruptChunk>,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub labels: Labels,
    /// Its name in URLs.
    pub id: String,
    pub head: Head,
    /// The place of its rule in the policy.
    pub rule: usize,
    /// In the order they were sealed or merged.
    pub chunks: Vec<Arc<StoredChunk>>,
}

impl Stream {
    /// First and last timestamp over all time.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let chunks = self.chunks.iter().map(|chunk| (chunk.first(), chunk.last()));
        chunks.chain(self.head.span()).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty() && self.head.is_empty()
    }

    pub(crate) fn num_entries(&self) -> u64 {
        let sealed: u64 = self.chunks.iter().map(|chunk| chunk.num_entries()).sum();
        sealed + self.head.len() as u64
    }
}

/// What is known of a damaged chunk.
#[derive(Clone, Debug)]
pub(crate) struct CorruptChunk {
    /// None: not even that could be read, so any query may miss something.
    pub labels: Option<Labels>,
    pub entries: Option<u64>,
    /// First and last timestamp.
    pub span: Option<(i64, i64)>,
    pub reason: String,
}

impl Catalogue {
    /// The stream with these labels; a new one when there is none yet.
    pub(crate) fn stream_of(&mut self, labels: &Labels) -> usize {
        if let Some(at) = self.by_labels.get(labels) {
            return *at;
        }
        let at = self.streams.len();
        let id = stream_id(labels);
        self.by_labels.insert(labels.clone(), at);
        self.by_id.insert(id.clone(), at);
        let rule = self.policy.rule_of(labels);
        let (head, chunks) = (Head::default(), Vec::new());
        self.streams.push(Stream { labels: labels.clone(), id, head, rule, chunks });
        at
    }

    pub(crate) fn stream(&self, at: usize) -> Option<&Stream> {
        self.streams.get(at)
    }

    pub(crate) fn stream_mut(&mut self, at: usize) -> Option<&mut Stream> {
        self.streams.get_mut(at)
    }

    pub(crate) fn streams(&self) -> &[Stream] {
        &self.streams
    }

    pub(crate) fn by_labels(&self, labels: &Labels) -> Option<&Stream> {
        self.streams.get(*self.by_labels.get(labels)?)
    }

    /// The stream that a URL names.
    pub(crate) fn by_id(&self, id: &str) -> Option<&Stream> {
        self.streams.get(*self.by_id.get(id)?)
    }

    /// The streams that match and hold anything.
    pub(crate) fn matching(&self, matchers: &[Matcher]) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(move |stream| {
            !stream.is_empty() && matchers.iter().all(|matcher| matcher.matches(&stream.labels))
        })
    }

    /// A chunk that is here, replaced or not.
    pub(crate) fn chunk(&self, id: ChunkId) -> Option<&Arc<StoredChunk>> {
        self.chunk_of(id).map(|(_, chunk)| chunk)
    }

    /// A chunk that is here, replaced or not, and its stream.
    pub(crate) fn chunk_of(&self, id: ChunkId) -> Option<(&Stream, &Arc<StoredChunk>)> {
        if let Some((stream, chunk)) = self.retired.get(&id) {
            return Some((self.streams.get(*stream)?, chunk));
        }
        let stream = self.streams.get(*self.by_chunk.get(&id)?)?;
        Some((stream, stream.chunks.iter().find(|chunk| chunk.id == id)?))
    }

    pub(crate) fn add_chunk(&mut self, stream: usize, chunk: StoredChunk) {
        if let Some(at) = self.streams.get_mut(stream)
            && self.by_chunk.insert(chunk.id, stream).is_none()
        {
            at.chunks.push(Arc::new(chunk));
            self.version += 1;
        }
    }

    /// Takes a chunk out; its stream and what it was, when it was there.
    pub(crate) fn remove_chunk(&mut self, id: ChunkId) -> Option<(Labels, Arc<StoredChunk>)> {
        let stream = self.streams.get_mut(self.by_chunk.remove(&id)?)?;
        let at = stream.chunks.iter().position(|chunk| chunk.id == id)?;
        self.version += 1;
        self.replaced.remove(&id);
        Some((stream.labels.clone(), stream.chunks.remove(at)))
    }

    /// Puts `chunk` in the place of those with the names `olds`, which stay readable for those who
    /// know them. False, and nothing is done, when one of them has gone meanwhile.
    pub(crate) fn replace(&mut self, stream: usize, olds: &[ChunkId], chunk: StoredChunk) -> bool {
        let is_here = |id: &ChunkId| self.by_chunk.get(id) == Some(&stream);
        if !olds.iter().all(is_here) || self.by_chunk.contains_key(&chunk.id) {
            return false;
        }
        let Some(of_stream) = self.streams.get_mut(stream) else { return false };
        // What they had replaced themselves is replaced by the new one.
        let mut all = olds.to_vec();
        let mut place = of_stream.chunks.len();
        for id in olds {
            self.by_chunk.remove(id);
            all.extend(self.replaced.remove(id).unwrap_or_default());
            if let Some(at) = of_stream.chunks.iter().position(|chunk| chunk.id == *id) {
                place = place.min(at);
                let chunk = of_stream.chunks.remove(at);
                self.retired.insert(*id, (stream, chunk));
            }
        }
        self.by_chunk.insert(chunk.id, stream);
        self.replaced.insert(chunk.id, all);
        of_stream.chunks.insert(place.min(of_stream.chunks.len()), Arc::new(chunk));
        self.version += 1;
        true
    }

    /// The names of what a chunk has replaced a short while ago.
    pub(crate) fn replaced_by(&self, id: ChunkId) -> &[ChunkId] {
        self.replaced.get(&id).map_or(&[], Vec::as_slice)
    }

    /// What `id` has replaced is about to be removed.
    pub(crate) fn forget_retired(&mut self, id: ChunkId, olds: &[ChunkId]) {
        self.replaced.remove(&id);
        for old in olds {
            self.retired.remove(old);
        }
    }

    /// There is nothing to be gained by packing it again.
    pub(crate) fn mark_packed(&mut self, stream: usize, id: ChunkId) {
        let chunks = self.streams.get_mut(stream).into_iter().flat_map(|s| &mut s.chunks);
        for chunk in chunks.filter(|chunk| chunk.id == id) {
            *chunk = Arc::new(StoredChunk { is_packed: true, ..StoredChunk::clone(chunk) });
        }
        self.version += 1;
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Another policy, for what is here as for what comes.
    pub(crate) fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
        for stream in &mut self.streams {
            stream.rule = self.policy.rule_of(&stream.labels);
        }
    }

    /// Hands what was taken to those who follow the tail.
    pub(crate) fn publish(&mut self, news: &News, sessions: &[(String, Session)]) {
        if !news.is_empty() || !sessions.is_empty() {
            let Self { hub, streams, .. } = self;
            hub.publish(news, sessions, |at| streams.get(at).map(|stream| &stream.labels));
        }
    }

    /// Bytes of all heads, roughly: what the memory budget counts.
    pub(crate) fn heads_bytes(&self) -> usize {
        self.streams.iter().map(|stream| stream.head.size_bytes()).sum()
    }

    /// Bytes of all chunks on disk, those included that others have replaced.
    pub(crate) fn chunk_bytes(&self) -> u64 {
        let kept = self.streams.iter().flat_map(|stream| &stream.chunks);
        kept.chain(self.retired.values().map(|(_, chunk)| chunk)).map(|chunk| chunk.size).sum()
    }
}
