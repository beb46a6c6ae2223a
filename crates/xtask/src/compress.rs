//! Puts a `.br` and a `.gz` beside every file of the viewer that gets smaller by it, so that the
//! relay serves compressed bytes without compressing.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

/// Below this a header costs more than it saves.
const WORTH_IT_BYTES: usize = 512;

pub fn folder(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            folder(&path)?;
        } else if !matches!(path.extension().and_then(|e| e.to_str()), Some("br" | "gz")) {
            file(&path)?;
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<()> {
    let raw = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (extension, packed) in [("br", brotli(&raw)?), ("gz", gzip(&raw)?)] {
        let target = format!("{}.{extension}", path.display());
        if raw.len() >= WORTH_IT_BYTES && packed.len() < raw.len() {
            fs::write(&target, packed).with_context(|| format!("cannot write {target}"))?;
        }
    }
    Ok(())
}

fn brotli(raw: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 22);
    writer.write_all(raw)?;
    drop(writer);
    Ok(packed)
}

fn gzip(raw: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(raw)?;
    Ok(writer.finish()?)
}
