use std::collections::BTreeMap;

use model::{Entry, Labels, Matcher, Session, Timestamp};
use protocol::tail::{TailEntry, TailFrame, TailStream};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Frames that wait for one slow reader before entries are dropped for it.
const FRAMES: usize = 64;
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
    frames: mpsc::Sender<TailFrame>,
    /// Entries it was too slow for since the last frame it got.
    dropped: u64,
    /// Sessions that changed since then.
    sessions: Vec<(String, Session)>,
}

/// Entries that were taken or extended, with the position of their stream, in order.
pub(crate) type News = Vec<(usize, TailEntry)>;

impl Hub {
    pub(crate) fn subscribe(&mut self, matchers: Vec<Matcher>) -> mpsc::Receiver<TailFrame> {
        let (frames, receiver) = mpsc::channel(FRAMES);
        self.subscribers.push(Subscriber { matchers, frames, dropped: 0, sessions: Vec::new() });
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
        let mut parts = wanted.chunks(FRAME_ENTRIES);
        let mut part = parts.next().unwrap_or_default();
        if part.is_empty() && self.sessions.is_empty() {
            return 0;
        }
        let mut dropped = 0;
        loop {
            let frame = TailFrame {
                streams: by_stream(part, labels),
                sessions: std::mem::take(&mut self.sessions),
                dropped: self.dropped,
                instance: instance.to_owned(),
            };
            match self.frames.try_send(frame) {
                Ok(()) => self.dropped = 0,
                Err(TrySendError::Full(frame)) => {
                    self.dropped += part.len() as u64;
                    dropped += part.len() as u64;
                    self.sessions = frame.sessions;
                }
                Err(TrySendError::Closed(_)) => return dropped,
            }
            match parts.next() {
                Some(next) => part = next,
                None => return dropped,
            }
        }
    }
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
