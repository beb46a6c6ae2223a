use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Entry, Labels, Matcher, Session, Timestamp};
use protocol::tail::{TailEntry, TailFrame, TailStream};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::{Semaphore, TryAcquireError};

use crate::store::subscription::Waiting;

/// Frames that wait for one slow reader before entries are dropped for it.
const FRAMES: usize = 64;
/// What these may take, in KiB; a frame that is larger alone waits alone.
const ROOM_KIB: u32 = 16 << 10;
/// A frame is closed once it holds as much, so that a reader never has to take many at once.
const FRAME_BYTES: usize = 1 << 20;
/// A frame holds no more entries, so that a reader never has to take megabytes at once.
pub(crate) const FRAME_ENTRIES: usize = 1_000;

/// Who follows the live tail.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    subscribers: Vec<Subscriber>,
    /// Entries that readers were too slow for, over all of them and since the start.
    dropped: u64,
    /// The relay's instance, in every frame.
    pub instance: String,
}

#[derive(Debug)]
struct Subscriber {
    matchers: Vec<Matcher>,
    frames: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    /// Entries it was too slow for since the last frame it got.
    dropped: u64,
    /// Sessions that changed since then.
    sessions: Vec<(String, Session)>,
}

/// Entries that were taken or extended, with the position of their stream, in order.
pub(crate) type News = Vec<(usize, TailEntry)>;

impl Hub {
    pub(crate) fn subscribe(&mut self, matchers: Vec<Matcher>) -> mpsc::Receiver<Waiting> {
        let (frames, receiver) = mpsc::channel(FRAMES);
        let room = Arc::new(Semaphore::new(ROOM_KIB as usize));
        let (dropped, sessions) = (0, Vec::new());
        self.subscribers.push(Subscriber { matchers, frames, room, dropped, sessions });
        receiver
    }

    /// Whether anybody would get what is published.
    pub(crate) fn is_heard(&mut self) -> bool {
        self.subscribers.retain(|subscriber| !subscriber.frames.is_closed());
        !self.subscribers.is_empty()
    }

    /// Entries that readers were too slow for since the start.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Ends all subscriptions.
    pub(crate) fn close(&mut self) {
        self.subscribers.clear();
    }

    /// Hands `news` to everyone they match. `labels` gives the labels of a stream.
    pub(crate) fn publish<'a>(
        &mut self,
        news: &News,
        sessions: &[(String, Session)],
        labels: impl Fn(usize) -> Option<&'a Labels>,
    ) {
        for subscriber in &mut self.subscribers {
            self.dropped += subscriber.send(news, sessions, &labels, &self.instance);
        }
    }
}

impl Subscriber {
    /// Hands over what it wants of `news`; the number of entries it was too slow for.
    fn send<'a>(
        &mut self,
        news: &News,
        sessions: &[(String, Session)],
        labels: &impl Fn(usize) -> Option<&'a Labels>,
        instance: &str,
    ) -> u64 {
        let mut is_wanted = BTreeMap::new();
        let mut matches = |stream: usize| {
            *is_wanted.entry(stream).or_insert_with(|| {
                labels(stream).is_some_and(|l| self.matchers.iter().all(|m| m.matches(l)))
            })
        };
        let wanted: Vec<&(usize, TailEntry)> =
            news.iter().filter(|(stream, _)| matches(*stream)).collect();
        self.sessions.extend_from_slice(sessions);
        if wanted.is_empty() && self.sessions.is_empty() {
            return 0;
        }
        let mut wanted = wanted.as_slice();
        let mut dropped = 0;
        loop {
            let (part, rest) = wanted.split_at(frame_len(wanted));
            wanted = rest;
            // Looked at before anything is copied.
            let room = match Arc::clone(&self.room).try_acquire_many_owned(room_of(part)) {
                Ok(room) => room,
                Err(TryAcquireError::NoPermits) => {
                    self.dropped += part.len() as u64;
                    dropped += part.len() as u64;
                    if wanted.is_empty() {
                        return dropped;
                    }
                    continue;
                }
                Err(TryAcquireError::Closed) => return dropped,
            };
            let frame = TailFrame {
                streams: by_stream(part, labels),
                sessions: std::mem::take(&mut self.sessions),
                dropped: self.dropped,
                instance: instance.to_owned(),
            };
            match self.frames.try_send(Waiting { frame, _room: room }) {
                Ok(()) => self.dropped = 0,
                Err(TrySendError::Full(Waiting { frame, .. })) => {
                    self.dropped += part.len() as u64;
                    dropped += part.len() as u64;
                    self.sessions = frame.sessions;
                }
                Err(TrySendError::Closed(_)) => return dropped,
            }
            if wanted.is_empty() {
                return dropped;
            }
        }
    }
}

/// How many of the entries go into the next frame.
fn frame_len(entries: &[&(usize, TailEntry)]) -> usize {
    let mut bytes = 0;
    let len = entries.iter().take(FRAME_ENTRIES).take_while(|(_, entry)| {
        let is_open = bytes < FRAME_BYTES;
        bytes += entry.size();
        is_open
    });
    len.count()
}

fn room_of(entries: &[&(usize, TailEntry)]) -> u32 {
    let bytes: usize = entries.iter().map(|(_, entry)| entry.size()).sum();
    u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(ROOM_KIB)
}

fn by_stream<'a>(
    entries: &[&(usize, TailEntry)],
    labels: &impl Fn(usize) -> Option<&'a Labels>,
) -> Vec<TailStream> {
    let mut streams: BTreeMap<usize, Vec<TailEntry>> = BTreeMap::new();
    for (stream, entry) in entries {
        streams.entry(*stream).or_default().push(entry.clone());
    }
    let named = streams.into_iter().filter_map(|(stream, entries)| {
        Some(TailStream { labels: labels(stream)?.clone(), entries })
    });
    named.collect()
}

/// An entry as the tail shows it.
pub(crate) fn tail_entry(entry: &Entry) -> TailEntry {
    TailEntry {
        ts: Timestamp(entry.timestamp),
        arrival: entry.arrival,
        line: String::from_utf8_lossy(&entry.line).into_owned(),
        metadata: entry.metadata.clone(),
        auto: entry.auto.clone(),
    }
}
