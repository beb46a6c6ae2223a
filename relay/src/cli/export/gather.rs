use export::{Gathered, Gathering, Pick, Piece};

use super::origin::Origin;
use crate::cli::failure::Failure;
use crate::query::Gaps;

/// A head may be sealed and a chunk merged between the index and the reading; then the index is
/// asked again. Each round needs such a moment.
const ROUNDS: usize = 8;
/// More lines than this fit into no file that a browser could open.
const MAX_LINE_BYTES: usize = 1 << 30;

/// Reads all entries that are picked.
pub fn gather(origin: &Origin, pick: &Pick) -> Result<Gathered, Failure> {
    let mut gathering = Gathering::new(pick, MAX_LINE_BYTES);
    let mut gaps = Gaps::default();
    for matchers in pick.selectors() {
        let mut rounds = 0;
        loop {
            let index = origin.index(matchers, pick.range)?;
            gaps.add(&index.gaps);
            let mut whole = true;
            for (labels, piece) in gathering.missing(&index) {
                let read = match piece {
                    Piece::Chunk(chunk) => origin.chunk(chunk)?,
                    Piece::Head(head) => origin.head(labels, head)?,
                };
                let Some(batches) = read else {
                    whole = false;
                    continue;
                };
                gathering
                    .take(labels, piece, &batches)
                    .map_err(|error| Failure::failed(error.to_string()))?;
            }
            if whole {
                break;
            }
            rounds += 1;
            if rounds == ROUNDS {
                gaps.say("entries may be missing: they moved faster than they were read".into());
                break;
            }
        }
    }
    Ok(gathering.finish(gaps.0))
}
