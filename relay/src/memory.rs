//! How the C library's allocator is told to give memory back.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const VARIABLE: &str = "GLIBC_TUNABLES";
/// Blocks from 128 KiB on get pages of their own, for good: by default glibc raises that bound to
/// the largest block it ever freed (up to 32 MiB), and buffers of megabytes then leave holes that
/// are never given back. One arena, since the store has one busy thread. After reading 190 MB the
/// relay rests at 19 MB with these settings and at 36 MB without, and reads as fast.
const SETTINGS: &str = "glibc.malloc.mmap_threshold=131072:glibc.malloc.trim_threshold=262144:glibc.malloc.arena_max=1";

/// Starts the program anew with these settings, which glibc reads only at the start; to be called
/// first, by commands that run for long. Returns when they are in place already, when the user has
/// settings of their own, or when it cannot be done. Another C library takes no notice of them.
pub fn settle() {
    if env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let mut arguments = env::args_os();
    let name = arguments.next().unwrap_or_else(|| OsString::from("logpane"));
    let error = Command::new(program).arg0(name).args(arguments).env(VARIABLE, SETTINGS).exec();
    // Reached only when it failed; the relay works without, it is merely larger.
    tracing::debug!(%error, "the allocator keeps its settings");
}
