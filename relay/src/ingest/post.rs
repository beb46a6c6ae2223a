use std::io;

use model::Timestamp;
use protocol::status::{Problem, Progress, Severity, Source};

use super::thread::Ingest;
use crate::source::{FileState, Tail};
use crate::store::shared::problem;

impl Ingest {
    pub(super) fn note_error(&self, tail: &Tail, error: &io::Error) {
        if let Some(source) = self.shared.board().sources.get_mut(&tail.key) {
            source.last_error = Some(error.to_string());
        }
    }

    /// Brings the status up to date.
    pub(super) fn post(&self, tail: &Tail) {
        let Some(state) = self.core.file(tail.key) else { return };
        let source = self.source(state, tail.path.to_string_lossy().into_owned(), tail.size);
        self.board_of(tail.key, source);
    }

    pub(super) fn post_stdin(&self, key: u64) {
        let Some(state) = self.core.file(key) else { return };
        let source = self.source(state, state.path.clone(), state.offset);
        self.board_of(key, source);
    }

    /// What came out of stages, which may be long after its lines were read.
    pub(super) fn post_piped(&self, key: u64) {
        let (Some(state), Some(facts)) = (self.core.file(key), self.core.facts(key)) else {
            return;
        };
        let mut board = self.shared.board();
        if let Some(source) = board.sources.get_mut(&key) {
            (source.offset, source.entries) = (state.offset, state.entries);
            board.facts.insert(key, facts);
        }
    }

    /// The file is not followed any more.
    pub(super) fn take_off_board(&self, key: u64) {
        let mut board = self.shared.board();
        board.sources.remove(&key);
        board.facts.remove(&key);
    }

    fn board_of(&self, key: u64, source: Source) {
        let mut facts = self.core.facts(key).unwrap_or_default();
        if let Some(state) = self.core.file(key) {
            facts.said = self.follow.said.of(&state.path);
        }
        let mut board = self.shared.board();
        board.sources.insert(key, source);
        board.facts.insert(key, facts);
    }

    fn source(&self, state: &FileState, path: String, size: u64) -> Source {
        let label = |name| state.labels.get(name).unwrap_or_default().to_owned();
        Source {
            path,
            job: label("job"),
            job_rule: state.job_rule.clone(),
            instance: label("instance"),
            offset: state.offset,
            size,
            entries: state.entries,
            invalid_bytes: state.invalid_bytes,
            progress: self.core.progress(state.key).map(progress),
            ..Source::default()
        }
    }
}

/// The files that are empty so far.
pub(super) fn empty_files(tails: &[Tail]) -> Vec<Problem> {
    let empty = tails.iter().filter(|tail| tail.size == 0 && !tail.is_replaced());
    let sentence = |tail: &Tail| {
        let path = tail.path.display();
        let sentence = format!("{path} is empty; lines are shown as soon as they are written");
        problem(Severity::Warning, "empty_file", sentence)
    };
    empty.map(sentence).collect()
}

fn progress(bar: detect::Progress) -> Progress {
    Progress {
        done: scaled(&bar.n),
        total: bar.total.as_deref().map_or(0.0, scaled),
        description: bar.description,
        unit: bar.unit,
        rate: bar.rate,
        elapsed: bar.elapsed,
        eta: bar.eta,
        seen: Timestamp(bar.seen),
    }
}

/// The number that a bar prints: `3`, `1.23G`.
fn scaled(text: &str) -> f64 {
    let (digits, factor) = match text.trim_end_matches(|c: char| !c.is_ascii_digit()) {
        digits if digits.len() == text.len() => (digits, 1.0),
        digits => match text.as_bytes().get(digits.len()) {
            Some(b'k' | b'K') => (digits, 1e3),
            Some(b'M') => (digits, 1e6),
            Some(b'G') => (digits, 1e9),
            Some(b'T') => (digits, 1e12),
            _ => (digits, 1.0),
        },
    };
    digits.parse::<f64>().unwrap_or(0.0) * factor
}
