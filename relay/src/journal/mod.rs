//! What was taken and is not sealed yet, on disk: the reason that a killed relay loses nothing
//! and repeats nothing.
//!
//! The journal is one segment `journal/NNNNNNNN.log`. It starts with a checkpoint: the state of
//! every followed file (identity, offset, detector), the sessions and the entries of all heads.
//! After it stand the physical lines as they were read and the entries as they were pushed, each
//! written before it counts as taken. Opening the store loads the checkpoint and runs the same
//! detectors over the same lines again, which gives the same entries with the same arrival
//! numbers. A new checkpoint goes to a segment of its own; once that is on disk, the old one is
//! removed. So a stream that gets a line a day costs its place in the checkpoint, and never a
//! chunk of one line.
//!
//! A chunk is on disk, under its final name, before the `Sealed` record that takes its entries
//! out of the head. Killed between the two, the next start finds a chunk that no record names and
//! takes its entries out of the head by their arrival numbers; see `store::restore`. For that to
//! hold after a power cut too, the journal is synced before a chunk gets its name.

mod frame;
mod record;
mod segment;

pub(crate) use record::{
    Bytes, CheckpointState, OpenEntry, PipedEntries, PipedFile, PushedEntry, Record, Spot,
};
pub(crate) use segment::{Damage, Journal, Replay, newest_segment, sync_folder, unpack};
