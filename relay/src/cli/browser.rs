use crate::cli::dispatch::say;

/// Opens the page at `url`, if there is someone to see it. The URL was printed: failing is no failure.
pub fn open(url: &str) {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let opened = match set("BROWSER") {
        // Of a list the first; %s stands for the URL in a few of them, most take it at the end.
        Some(browser) if !browser.to_string_lossy().contains([':', ' ', '%']) => {
            open::with_detached(url, browser.to_string_lossy())
        }
        Some(_) => open::that_detached(url),
        None if has_display(set("DISPLAY").or(set("WAYLAND_DISPLAY")).is_some()) => {
            open::that_detached(url)
        }
        None => return,
    };
    if let Err(error) = opened {
        say(&format!("the browser could not be opened ({error}); open the URL above"));
    }
}

/// Systems other than Linux and the BSDs always have one, unless reached over SSH.
fn has_display(display_set: bool) -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        std::env::var_os("SSH_CONNECTION").is_none()
    } else {
        display_set
    }
}
