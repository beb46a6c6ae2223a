//! How the C library's allocator is told to give memory back. Another library than glibc takes no
//! notice of any of it.
//!
//! These calls have no safe face in a crate that is kept; they stand here so that everything else
//! can do without `unsafe`.

/// Blocks from here on get pages of their own, for good. By default glibc raises that bound to the
/// largest block it ever freed (up to 32 MiB), and smaller blocks leave holes between those that
/// live on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_PAGES_FROM: i32 = 32 * 1024;

/// What is free at the top of the heap goes back from here on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const TRIM_FROM: i32 = 64 * 1024;

/// To be called before there is a second thread: large blocks get pages of their own, and all
/// threads share one arena.
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "mallopt has no safe face")]
    // SAFETY: these take numbers only, and a setting glibc does not know changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_PAGES_FROM);
        libc::mallopt(libc::M_TRIM_THRESHOLD, TRIM_FROM);
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Gives the pages back that hold nothing, wherever they lie in the heap. It looks at all of it
/// and takes a millisecond or so: for when the work is done.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "malloc_trim has no safe face")]
    // SAFETY: it may be called at any time from any thread, and takes only pages nobody holds.
    unsafe {
        libc::malloc_trim(0);
    }
}
