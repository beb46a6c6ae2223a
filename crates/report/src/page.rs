use std::collections::BTreeMap;

use base64::Engine;
use chunk::{ChunkMeta, Tail, read_meta};
use model::{Labels, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::manifest::hash;
use crate::text::{html, json_for_html};
use crate::{ChunkEntry, FORMAT, Manifest, SourceEntry, ViewerPart, WriteError};

pub(crate) const MARK: &str = "<meta name=\"logpane-report\" content=\"";
pub(crate) const SEAL: &str = "<!--logpane-report ";

/// The viewer that goes along.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewer<'a> {
    /// Runs as a classic script. It finds its data by the ids of their elements.
    pub script: &'a [u8],
    pub wasm: &'a [u8],
    pub style: &'a [u8],
}

/// What the page shows without JavaScript, every word in the language of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Of the page: `en`, `zh`.
    pub language: String,
    pub title: String,
    /// What it is, when JavaScript does not run.
    pub note: String,
    /// What, when, how often, environment, redaction: name and value.
    pub facts: Vec<(String, String)>,
    pub lines: Vec<KeyLine>,
}

/// A line worth reading without the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// As it is to be shown.
    pub time: String,
    pub level: String,
    pub text: String,
}

/// Makes the file. The same input makes the same bytes. `manifest` says what only the caller
/// knows; what follows from the chunks is filled in.
pub fn write(
    mut manifest: Manifest,
    summary: &Summary,
    viewer: Viewer<'_>,
    chunks: &[&[u8]],
) -> Result<Vec<u8>, WriteError> {
    let style = text_part("style", viewer.style, &["</style", "<!--"])?;
    let script = text_part("script", viewer.script, &["</script", "<!--"])?;
    manifest.format = FORMAT;
    manifest.chunks =
        chunks.iter().enumerate().map(|(n, c)| chunk_entry(n, c)).collect::<Result<_, _>>()?;
    manifest.files = source_entries(&manifest.chunks);
    let parts = [("script", script.as_bytes()), ("wasm", viewer.wasm), ("style", style.as_bytes())];
    manifest.viewer = parts
        .map(|(name, bytes)| ViewerPart {
            name: name.to_owned(),
            blake3: hash(bytes),
            bytes: bytes.len() as u64,
        })
        .into();

    let coding = manifest.coding;
    let size: u64 = chunks.iter().map(|c| coding.len(c.len() as u64)).sum();
    let mut out =
        String::with_capacity(size as usize + coding.len(viewer.wasm.len() as u64) as usize);
    let language = if summary.language.is_empty() { "en" } else { &summary.language };
    out.push_str(&format!("<!DOCTYPE html>\n<html lang=\"{}\"><head>\n", html(language)));
    out.push_str(&format!("<meta charset=\"utf-8\">\n{MARK}{FORMAT}\">\n"));
    out.push_str(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
        policy(&script)
    ));
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str(&format!("<meta name=\"generator\" content=\"{}\">\n", one_line(&manifest.tool)));
    out.push_str(&format!("<title>{}</title>\n", one_line(&summary.title)));
    out.push_str(&format!("<style>{style}</style>\n"));
    let json = serde_json::to_string(&manifest).unwrap_or_default();
    element(&mut out, "manifest", "manifest", &json_for_html(&json));
    for (number, chunk) in chunks.iter().enumerate() {
        element(&mut out, "chunk", &format!("chunk-{number}"), &coding.encode(chunk));
    }
    element(&mut out, "wasm", "wasm", &coding.encode(viewer.wasm));
    out.push_str(&format!("<script>{script}</script>\n</head>\n<body>\n"));
    body(&mut out, summary);
    out.push_str("</body></html>\n");
    let seal = format!("{SEAL}{FORMAT} blake3={} bytes={}-->\n", hash(out.as_bytes()), out.len());
    out.push_str(&seal);
    Ok(out.into_bytes())
}

/// Opens the element of a part; [`crate::open`] looks for the same bytes.
pub(crate) fn opening(kind: &str, id: &str) -> String {
    format!("<script type=\"application/x-logpane-{kind}\" id=\"logpane-{id}\">")
}

fn element(out: &mut String, kind: &str, id: &str, content: &str) {
    out.push_str(&opening(kind, id));
    out.push_str(content);
    out.push_str("</script>\n");
}

/// No network at all, and no script but the one that was written: what is in a log cannot become
/// one even if it found a way into the page.
fn policy(script: &str) -> String {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script));
    format!(
        "default-src 'none'; script-src 'sha256-{digest}' 'wasm-unsafe-eval' blob:; \
         worker-src blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; \
         connect-src 'none'; form-action 'none'; base-uri 'none'"
    )
}

fn text_part(
    part: &'static str,
    bytes: &[u8],
    ends: &[&'static str],
) -> Result<String, WriteError> {
    let text = std::str::from_utf8(bytes).map_err(|_| WriteError::Encoding { part })?;
    let lower = text.to_ascii_lowercase();
    match ends.iter().find(|end| lower.contains(**end)) {
        Some(text) => Err(WriteError::Ends { part, text }),
        None => Ok(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

fn chunk_entry(number: usize, bytes: &[u8]) -> Result<ChunkEntry, WriteError> {
    let problem = |problem: String| WriteError::Chunk { number, problem };
    let meta: ChunkMeta = match read_meta(bytes, bytes.len() as u64) {
        Ok(Tail::Meta(meta)) => meta,
        Ok(_) => return Err(problem("its footer is longer than it is".into())),
        Err(error) => return Err(problem(error.to_string())),
    };
    let sum = |of: fn(&chunk::BlockMeta) -> u64| meta.blocks.iter().map(of).sum();
    Ok(ChunkEntry {
        blake3: hash(bytes),
        bytes: bytes.len() as u64,
        entries: sum(|b| u64::from(b.count)),
        raw_bytes: sum(|b| b.raw_bytes),
        first: Timestamp(meta.blocks.iter().map(|b| b.first).min().unwrap_or(0)),
        last: Timestamp(meta.blocks.iter().map(|b| b.last).max().unwrap_or(0)),
        labels: meta.labels,
    })
}

fn source_entries(chunks: &[ChunkEntry]) -> Vec<SourceEntry> {
    let mut files: BTreeMap<Labels, SourceEntry> = BTreeMap::new();
    for chunk in chunks {
        let mut labels = chunk.labels.clone();
        labels.remove("level");
        let file =
            files.entry(labels.clone()).or_insert(SourceEntry { labels, entries: 0, raw_bytes: 0 });
        file.entries += chunk.entries;
        file.raw_bytes += chunk.raw_bytes;
    }
    files.into_values().collect()
}

fn body(out: &mut String, summary: &Summary) {
    out.push_str(&format!("<h1>{}</h1>\n", one_line(&summary.title)));
    out.push_str(&format!("<noscript><p>{}</p></noscript>\n<dl>\n", html(&summary.note)));
    for (name, value) in &summary.facts {
        out.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", html(name), html(value)));
    }
    out.push_str("</dl>\n<pre>\n");
    for line in &summary.lines {
        let parts = [&line.time, &line.level, &line.text];
        let parts: Vec<String> = parts.iter().filter(|p| !p.is_empty()).map(|p| html(p)).collect();
        out.push_str(&parts.join(" "));
        out.push('\n');
    }
    out.push_str("</pre>\n");
}

fn one_line(text: &str) -> String {
    html(&text.replace(['\n', '\t'], " "))
}
