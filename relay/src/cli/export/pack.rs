use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunk::Encoded;
use model::{Batch, Labels};

use crate::cli::failure::Failure;
use crate::store::Zstd;

/// As dense as the page still unpacks at full speed: nobody waits for a report every day.
const LEVEL: i32 = 19;

/// Packs all streams, in order of their labels and of time. The same entries give the same bytes,
/// on however many cores.
pub fn pack(streams: &BTreeMap<Labels, Batch>) -> Result<Vec<Encoded>, Failure> {
    let parts = export::parts(streams);
    let next = AtomicUsize::new(0);
    let packed: Mutex<BTreeMap<usize, Result<Encoded, chunk::EncodeError>>> = Mutex::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores.min(parts.len()) {
            scope.spawn(|| {
                let mut codec = Zstd::new(LEVEL);
                while let Some((at, part)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    parts.get(at).map(|part| (at, part))
                } {
                    let encoded = part.encode(&mut codec);
                    let mut packed =
                        packed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    packed.insert(at, encoded);
                }
            });
        }
    });
    let packed = packed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    packed
        .into_values()
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::failed(format!("the entries cannot be packed: {error}")))
}
