//! How the C library's allocator is told to give memory back.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const VARIABLE: &str = "GLIBC_TUNABLES";
/// Blocks from 32 KiB on get pages of their own, for good. By default glibc raises that bound to
/// the largest block it ever freed (up to 32 MiB), and smaller blocks leave holes between those
/// that live on: after reading 190 MB a heap of 10 MB had 3 MB in use. One arena, since the store
/// has one busy thread. The relay then rests at 19 MB; at 21 MB with a bound of 128 KiB, at 36 MB
/// without any setting, and at 80 MB with mimalloc.
const SETTINGS: &str =
    "glibc.malloc.mmap_threshold=32768:glibc.malloc.trim_threshold=65536:glibc.malloc.arena_max=1";

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
