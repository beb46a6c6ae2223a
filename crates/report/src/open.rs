use std::borrow::Cow;

use crate::manifest::hash;
use crate::page::{MARK, SEAL, opening};
use crate::{FORMAT, Manifest, OpenError};

/// A report that was read and is what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub manifest: Manifest,
    /// As the manifest lists them.
    pub chunks: Vec<Vec<u8>>,
}

/// Longest start of a file in which its mark stands.
const HEAD_BYTES: usize = 4096;

/// Reads a report and checks all of it: the seal over the page, and every chunk by its hash.
/// Line ends as Windows writes them and a byte order mark are no change.
pub fn open(file: &[u8]) -> Result<Report, OpenError> {
    let (page, manifest) = sealed(file)?;
    let mut chunks = Vec::new();
    // Chunks stand one behind the other, so each is looked for behind the last one.
    let mut rest: &[u8] = &page;
    for number in 0..manifest.chunks.len() {
        let (text, behind) = element(rest, "chunk", &format!("chunk-{number}"))?;
        chunks.push(manifest.chunk(number, text)?);
        rest = behind;
    }
    Ok(Report { manifest, chunks })
}

/// Checks a report as [`open`] does and tells what it says about itself.
pub fn verify(file: &[u8]) -> Result<Manifest, OpenError> {
    open(file).map(|report| report.manifest)
}

/// The page as it was sealed, and its manifest.
fn sealed(file: &[u8]) -> Result<(Cow<'_, [u8]>, Manifest), OpenError> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let head = file.get(..file.len().min(HEAD_BYTES)).unwrap_or_default();
    let mark = memchr::memmem::find(head, MARK.as_bytes()).ok_or(OpenError::NotAReport)?;
    let version = head.get(mark + MARK.len()..).unwrap_or_default();
    newer(number(version))?;

    let page = without_carriage_returns(file);
    let cut_off = || OpenError::CutOff { bytes: file.len() };
    let seal_at = memchr::memmem::rfind(&page, SEAL.as_bytes()).ok_or_else(cut_off)?;
    let (content, seal) = page.split_at_checked(seal_at).ok_or_else(cut_off)?;
    if !seal.ends_with(b"-->\n") {
        return Err(cut_off());
    }
    let version = seal.get(SEAL.len()..).unwrap_or_default();
    newer(number(version))?;
    let expected = format!("{SEAL}{FORMAT} blake3={} bytes={}-->\n", hash(content), content.len());
    if expected.as_bytes() != seal {
        return Err(OpenError::Changed { what: "the page".into() });
    }
    let (json, _) = element(content, "manifest", "manifest")?;
    let manifest = Manifest::parse(json)?;
    Ok((page, manifest))
}

/// The number that a text starts with.
fn number(text: &[u8]) -> Option<u32> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}

fn newer(found: Option<u32>) -> Result<(), OpenError> {
    match found {
        Some(found) if found > FORMAT => Err(OpenError::Newer { found, known: FORMAT }),
        Some(_) => Ok(()),
        None => Err(OpenError::Changed { what: "the number of its format".into() }),
    }
}

/// The content of an element and what follows it.
fn element<'a>(page: &'a [u8], kind: &str, id: &str) -> Result<(&'a [u8], &'a [u8]), OpenError> {
    let missing = || OpenError::Malformed { what: format!("it has no element {id:?}") };
    let opening = opening(kind, id);
    let at = memchr::memmem::find(page, opening.as_bytes()).ok_or_else(missing)?;
    let content = page.get(at + opening.len()..).ok_or_else(missing)?;
    let end = memchr::memmem::find(content, b"</script>").ok_or_else(missing)?;
    content.split_at_checked(end).ok_or_else(missing)
}

fn without_carriage_returns(file: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(file, b"\r\n").is_none() {
        return Cow::Borrowed(file);
    }
    let mut out = Vec::with_capacity(file.len());
    for (at, byte) in file.iter().enumerate() {
        if *byte != b'\r' || file.get(at + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    Cow::Owned(out)
}
