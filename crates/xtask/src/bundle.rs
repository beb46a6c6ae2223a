//! What trunk leaves to do: move its inline loader into a file, since our pages forbid inline
//! scripts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

pub fn finish(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let html =
        fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let Some((html, script)) = externalise(&html) else {
        return Ok(());
    };
    if html.contains("<script type=\"module\">") {
        bail!("{} has a second inline script, expected one", index.display());
    }
    fs::write(dist.join("boot.js"), script).context("cannot write boot.js")?;
    fs::write(&index, html).with_context(|| format!("cannot write {}", index.display()))
}

/// The page with its inline module loaded from `boot.js` instead, and that module.
fn externalise(html: &str) -> Option<(String, String)> {
    let open = html.find("<script type=\"module\"")?;
    let body = open + html[open..].find('>')? + 1;
    let end = body + html[body..].find("</script>")?;
    let script = html[body..end].trim();
    if script.is_empty() {
        return None;
    }
    let page =
        format!("{}<script type=\"module\" src=\"./boot.js\">{}", &html[..open], &html[end..]);
    Some((page, format!("{script}\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inline_loader_becomes_a_file() {
        let html = "<head><script type=\"module\">\nimport x from './a.js';\n</script></head>";
        let (page, script) = externalise(html).unwrap();
        assert_eq!(page, "<head><script type=\"module\" src=\"./boot.js\"></script></head>");
        assert_eq!(script, "import x from './a.js';\n");
        assert!(externalise(&page).is_none());
    }
}
