//! From what was read to a report that can be written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use chunk::{ChunkMeta, Encoded, RuzstdCodec};
use export::{Gathered, Redaction, Telling, Told, compose, key_lines, parts, smaller, verbatim};
use model::{Batch, Labels};
use redact::{RuleFindings, Selection};
use report::{Coding, Meter, NoteWords, Target, Viewer};

use super::gather::Taken;
use super::message::{Choice, Done, Found, Prepared, Problem, Wording};
use super::viewer::ViewerParts;
use crate::line::Level;

/// What a report is written from.
#[derive(Debug)]
pub struct Ready {
    taken: Rc<Taken>,
    viewer: Rc<ViewerParts>,
    gathered: Gathered,
    redaction: Redaction,
    chunks: Vec<Encoded>,
}

/// What is told while a report is made ready.
#[derive(Debug)]
pub enum Step {
    Findings(Vec<RuleFindings>),
    Working(Done),
}

/// Writes a moment for people.
pub type Show<'a> = &'a dyn Fn(i64) -> String;

/// Makes ready what is chosen. Ends at any `pause` when nobody wants it any more.
pub async fn make<P: Future<Output = ()>>(
    taken: Rc<Taken>,
    viewer: Rc<ViewerParts>,
    choice: &Choice,
    tell: impl Fn(Step),
    pause: impl Fn() -> P,
) -> Result<Ready, Problem> {
    let selection = Selection { names: choice.rules.clone(), own: choice.own.clone() };
    let mut redaction =
        Redaction::of(&selection).map_err(|error| Problem::Rule { message: error.to_string() })?;
    let (mut before, left_out) = match choice.leave.as_slice() {
        [] => (Cow::Borrowed(&taken.gathered), 0),
        leave => {
            let (rest, left_out) = taken.gathered.without(leave);
            (Cow::Owned(rest), left_out)
        }
    };
    if before.streams.is_empty() {
        return Err(Problem::Nothing);
    }
    if left_out > 0 {
        // A part of an answer says that it is one.
        let warnings = &mut before.to_mut().warnings;
        warnings.push(format!("{left_out} entries of the query were left out on purpose"));
    }
    let size = |batch: &Batch| batch.lines.as_ref().map_or(0, |lines| lines.bytes.len() as u64);
    let all: u64 = before.streams.values().map(size).sum();
    // Looked at, rewritten, packed.
    let mut done = Done { done: 0, of: all * 3 };
    let step = |done: &mut Done, bytes: u64| {
        done.done += bytes;
        tell(Step::Working(*done));
    };
    for (labels, batch) in &before.streams {
        redaction.scan(labels, batch);
        step(&mut done, size(batch));
        pause().await;
    }
    redaction.scan_sessions(&before.sessions);
    tell(Step::Findings(redaction.findings()));
    let mut rewritten: BTreeMap<Labels, Vec<Batch>> = BTreeMap::new();
    for (labels, batch) in &before.streams {
        let (labels, batch) = redaction.rewrite(labels, batch);
        step(&mut done, size(&batch));
        rewritten.entry(labels).or_default().push(batch);
        pause().await;
    }
    let gathered = redaction.finish(rewritten, &before.sessions, &before.warnings);
    let (mut chunks, rest) = verbatim(&taken.stored, &before, &gathered);
    let mut codec = RuzstdCodec::new();
    for part in parts(&rest) {
        let encoded = part
            .encode(&mut codec)
            .map_err(|error| Problem::Unwritable { message: error.to_string() })?;
        step(&mut done, encoded.meta.raw_bytes());
        chunks.push(encoded);
        pause().await;
    }
    Ok(Ready { taken, viewer, gathered, redaction, chunks })
}

impl Ready {
    /// The file.
    pub fn write(&self, wording: &Wording, show: Show<'_>) -> Result<Vec<u8>, Problem> {
        let telling = Telling {
            tool: concat!("Logpane ", env!("CARGO_PKG_VERSION")),
            producer: "viewer",
            query: &self.taken.order.query,
            look: &wording.look,
            range: self.taken.order.range,
            picked: self.taken.pick.range,
            title: given(&wording.title),
            note: given(&wording.note),
            language: &wording.language,
            without_script: &wording.without_script,
            coding: CODING,
        };
        let ViewerParts { script, wasm, style } = &*self.viewer;
        let viewer = Viewer { script, wasm, style };
        let chunks: Vec<&[u8]> = self.chunks.iter().map(|chunk| chunk.bytes.as_slice()).collect();
        // Anew for each file: what one of them counts is not in the next.
        let mut redaction = self.redaction.clone();
        compose(&telling, &self.gathered, &mut redaction, viewer, &chunks, show)
            .map_err(|error| Problem::Unwritable { message: error.to_string() })
    }

    /// The text to paste.
    pub fn note(
        &self,
        target: Target,
        wording: &Wording,
        words: &NoteWords,
        show: Show<'_>,
    ) -> Option<String> {
        let told = Told {
            query: &self.taken.order.query,
            range: self.taken.order.range,
            title: given(&wording.title),
            note: given(&wording.note),
            about: wording.about,
            attachment: wording.attachment.as_deref(),
        };
        let note = export::note(&told, &self.gathered, &mut self.redaction.clone(), show)?;
        Some(note.text(target, words))
    }

    /// What is to be said of a file of this length.
    pub fn prepared(&self, bytes: u64, show: Show<'_>) -> Prepared {
        let metas: Vec<&ChunkMeta> = self.chunks.iter().map(|chunk| &chunk.meta).collect();
        let chunk_bytes: u64 = self.chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum();
        let overhead_bytes = bytes.saturating_sub(CODING.len(chunk_bytes));
        let meter = Meter { overhead_bytes, coding: CODING };
        Prepared {
            entries: self.gathered.streams.values().map(|batch| batch.len() as u64).sum(),
            bytes,
            suggestions: if bytes > Meter::GITHUB_BYTES {
                smaller(meter, FITTING_BYTES, &metas)
            } else {
                Vec::new()
            },
            lines: key_lines(&self.gathered.streams, show),
        }
    }
}

const CODING: Coding = Coding::Dense;
/// What a suggestion has to come down to: blocks that are cut are packed anew, and less densely than
/// the relay packs.
const FITTING_BYTES: u64 = Meter::GITHUB_BYTES / 16 * 15;

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// What was read, for the page.
pub fn found(gathered: &Gathered) -> Found {
    let mut levels: BTreeMap<&str, u64> = BTreeMap::new();
    let mut found = Found { first: i64::MAX, last: i64::MIN, ..Found::default() };
    for (labels, batch) in &gathered.streams {
        let entries = batch.len() as u64;
        *levels.entry(labels.get("level").unwrap_or_default()).or_default() += entries;
        found.entries += entries;
        found.bytes += batch.lines.as_ref().map_or(0, |lines| lines.bytes.len() as u64);
        found.first = found.first.min(batch.timestamps.first().copied().unwrap_or(i64::MAX));
        found.last = found.last.max(batch.timestamps.last().copied().unwrap_or(i64::MIN));
    }
    found.levels = levels.into_iter().map(|(level, n)| (level.to_owned(), n)).collect();
    found.levels.sort_by_key(|(level, _)| Level::named(level));
    found.warnings.clone_from(&gathered.warnings);
    found
}
