use logql::Output;

use super::{Kind, Phase, Range, Results};
use crate::engine::wire;

/// Rows of the list that count: those that every reader has at once.
const ROWS: usize = 100;

/// What an answer held, in a few characters: whoever opens a link learns whether it still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Lines that matched, or series.
    pub count: u64,
    hash: u32,
}

impl Fingerprint {
    /// Of an answer that is there as far as it ever will be. None while it is not, and where the
    /// range moves on with the time: that is never the same.
    pub fn of(results: &Results, range: Range) -> Option<Self> {
        let fixed = matches!(range, Range::Between { .. });
        if !fixed || results.phase != Phase::Done || results.live.is_some() {
            return None;
        }
        let mut hasher = crc32fast::Hasher::new();
        let count = match results.kind() {
            Kind::Metric => {
                let output = results.output.as_deref()?;
                hasher.update(&wire::encode(output).ok()?);
                match output {
                    Output::Matrix(series) => series.len() as u64,
                    Output::Vector(samples) => samples.len() as u64,
                    Output::Rows(_) | Output::Scalar(_) => 1,
                }
            }
            Kind::Log => {
                for entry in results.rows.iter().take(ROWS) {
                    hasher.update(&entry.timestamp.to_le_bytes());
                    hasher.update(&entry.line);
                }
                // At the edges of a bar it may be a few off: the same few for every reader.
                results.num_matches().or_else(|| results.histogram.counted())?
            }
        };
        Some(Self { count, hash: hasher.finalize() })
    }

    /// As a link has it.
    pub fn to_text(self) -> String {
        format!("{}-{:08x}", self.count, self.hash)
    }

    pub fn from_text(text: &str) -> Option<Self> {
        let (count, hash) = text.split_once('-')?;
        Some(Self { count: count.parse().ok()?, hash: u32::from_str_radix(hash, 16).ok()? })
    }
}
