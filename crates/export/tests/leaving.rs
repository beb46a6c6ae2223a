//! Every secret of the redaction's corpus, in every place of a report where text can stand: the
//! file and everything packed in it hold none of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use chunk::{Column, Decompress, Options, RuzstdCodec, Tail, Want, decode_block, read_meta};
use export::{Gathering, Pick, Redaction, Stored, Telling, compose, parts, verbatim};
use logql::{Direction, Params, QueryKind};
use model::{
    Batch, Boundary, Columns, Entry, Labels, Place, Session, Sessions, SourceFile, TimeRange,
    Timestamp,
};
use protocol::index::{ChunkRef, Index};
use report::{Coding, Viewer};

const SECRETS: &str = include_str!("../../redact/tests/corpus/secrets.txt");
const PROMPTS: &str = include_str!("../../redact/tests/corpus/prompts.txt");
/// Found in lines, and then everywhere.
const ADDRESS: &str = "203.0.113.77";
const RANGE: TimeRange = TimeRange { start: Timestamp(0), end: Timestamp(1_000_000) };

/// A line and what of it must go.
fn planted() -> Vec<(Vec<&'static str>, &'static str)> {
    let lines = SECRETS.lines().chain(PROMPTS.lines()).filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (secrets, line) = line.split_once(" => ").unwrap();
            (secrets.split(" | ").collect(), line)
        })
        .collect()
}

fn source_file() -> Arc<SourceFile> {
    Arc::new(SourceFile { path: format!("/srv/{ADDRESS}.log"), ..SourceFile::default() })
}

/// Nothing to hide after the first line, but for the name of their file.
fn clean_entries() -> Vec<Entry> {
    let entry = |n: u64| Entry {
        timestamp: i64::try_from(n).unwrap(),
        arrival: 500_000 + n,
        line: match n {
            0 => format!("{ADDRESS} asked again").into_bytes(),
            _ => b"another step of sampling".to_vec(),
        },
        place: Some(Place { file: source_file(), offset: n, len: 9 }),
        ..Entry::default()
    };
    (0..9_000).map(entry).collect()
}

fn entries() -> Vec<Entry> {
    let file = source_file();
    let lines = planted().into_iter().map(|(_, line)| line.to_owned());
    let lines = lines.chain([format!("client {ADDRESS} connected, torch 2.3.1")]);
    // A block of few and different lines has no signature: it would tell nothing.
    let lines = lines.chain(std::iter::repeat_n("sampling goes on and on".repeat(8), 2_000));
    (0..)
        .zip(lines)
        .map(|(at, line)| Entry {
            timestamp: at,
            arrival: u64::try_from(at).unwrap() + 1,
            metadata: vec![("said".to_owned(), line.clone())],
            auto: vec![("part".to_owned(), line.clone())],
            place: Some(Place { file: Arc::clone(&file), offset: 0, len: 1 }),
            line: line.into_bytes(),
        })
        .collect()
}

fn sessions() -> Sessions {
    let fields = planted().into_iter().map(|(_, line)| ("cmd".to_owned(), line.to_owned()));
    let boundary = Boundary { filename: format!("/srv/{ADDRESS}.log"), arrival: 1 };
    let session =
        Session { start: Timestamp(0), fields: fields.collect(), boundaries: vec![boundary] };
    Sessions([("a".to_owned(), vec![session])].into())
}

fn rows_of_blocks(chunk: &chunk::Encoded, batch: &Batch) -> Vec<(usize, Batch)> {
    let mut start = 0;
    let block = |(at, block): (usize, &chunk::BlockMeta)| {
        let rows = start..start + block.count as usize;
        start = rows.end;
        (at, chunk::rows(batch, rows))
    };
    chunk.meta.blocks.iter().enumerate().map(block).collect()
}

fn made(query: &str) -> Vec<u8> {
    let params = Params {
        kind: QueryKind::Range { start: 0, end: RANGE.end.0, step_ns: 1_000 },
        limit: usize::MAX,
        direction: Direction::Backward,
        max_series: 10,
        cursor: None,
    };
    let pick = Pick::new(&logql::parse(query).unwrap(), &params).unwrap();
    let labels = Labels::from([
        ("job", "a"),
        ("instance", ADDRESS),
        ("filename", &format!("/srv/{ADDRESS}.log")),
    ]);
    let mut gathering = Gathering::new(&pick, usize::MAX);
    let chunk = |id: &str, stream| ChunkRef {
        id: id.to_owned(),
        stream,
        size: 1,
        blocks: Vec::new(),
        replaces: Vec::new(),
    };
    let index = Index {
        streams: vec![labels, Labels::from([("job", "b")])],
        chunks: vec![chunk("x", 0), chunk("y", 1), chunk("z", 0)],
        sessions: sessions(),
        ..Index::default()
    };
    // The last one has an entry of the first in it.
    let again = [clean_entries()[..9].to_vec(), vec![entries()[0].clone()]].concat();
    let batches = [entries(), clean_entries(), again].map(Batch::from_entries);
    let mut stored = Vec::new();
    for ((labels, piece), batch) in gathering.missing(&index).into_iter().zip(&batches) {
        let options = Options { block_bytes: 64 << 10 };
        let chunk = chunk::encode(labels, batch, options, &mut RuzstdCodec::new()).unwrap();
        let blocks = rows_of_blocks(&chunk, batch);
        assert!(blocks.len() > 1 || batch.len() < 20, "{}", blocks.len());
        assert!(Stored::new(chunk.bytes[1..].to_vec(), &blocks).is_none());
        stored.extend(Stored::new(chunk.bytes, &blocks));
        gathering.take(labels, piece, std::slice::from_ref(batch)).unwrap();
    }
    let gathered = gathering.finish(vec![format!("{ADDRESS}.log is not read to its end")]);
    assert_eq!((gathered.streams.len(), stored.len()), (2, 3));
    assert!(!gathered.sessions.0.is_empty());

    let mut redaction = Redaction::new("default,hosts,prompts", &[]).unwrap();
    let before = gathered.clone();
    let gathered = redaction.apply(gathered);
    let (as_they_are, rest) = verbatim(&stored, &before, &gathered);
    // The blocks without anything to hide, where the labels have nothing to hide either.
    let kept: Vec<u64> = as_they_are.iter().map(|chunk| chunk.meta.num_entries()).collect();
    assert!(kept.len() == 1 && (4_000..9_000).contains(&kept[0]), "{kept:?}");
    let mut codec = RuzstdCodec::new();
    let packed: Vec<Vec<u8>> =
        parts(&rest).iter().map(|p| p.encode(&mut codec).unwrap().bytes).collect();
    let stored = as_they_are.iter().map(|chunk| chunk.bytes.as_slice());
    let chunks: Vec<&[u8]> = stored.chain(packed.iter().map(Vec::as_slice)).collect();
    let title = format!("why {ADDRESS}?");
    let telling = Telling {
        tool: "Logpane",
        producer: "test",
        query,
        look: "&wrap=1",
        range: RANGE,
        picked: pick.range,
        title: Some(&title),
        note: Some(&title),
        language: "en",
        without_script: "no script",
        coding: Coding::Dense,
    };
    let viewer = Viewer::default();
    compose(&telling, &gathered, &mut redaction, viewer, &chunks, &|ns| ns.to_string()).unwrap()
}

/// All text of a file, what is packed in it included; and the signatures of its blocks.
fn unpacked(html: &[u8]) -> (String, Vec<Vec<u8>>) {
    let report = report::open(html).unwrap();
    let mut all = String::from_utf8(html.to_vec()).unwrap();
    let mut signatures = Vec::new();
    let mut codec = RuzstdCodec::new();
    all += &format!("{:?}", report.manifest);
    for bytes in &report.chunks {
        let Tail::Meta(meta) = read_meta(bytes, bytes.len() as u64).unwrap() else { panic!() };
        all += &format!("{meta:?}");
        for block in &meta.blocks {
            let sections: Vec<_> = block.sections.iter().map(|s| s.of(bytes).unwrap()).collect();
            // What no column of a batch shows may hide something as well.
            for section in &sections {
                all += &String::from_utf8_lossy(&raw(section, &mut codec));
            }
            let signature = block.section(Column::Signature).unwrap().of(bytes).unwrap();
            signatures.push(raw(&signature, &mut codec));
            let want = Want { columns: Columns::ALL, auto_fields: None };
            let batch = decode_block(block.count, &sections, want, &mut codec).unwrap();
            for row in 0..batch.len() {
                all += &String::from_utf8_lossy(batch.line(row));
                all.push('\n');
            }
            all += &format!("{:?} {:?} {:?}", batch.metadata, batch.auto, batch.places);
        }
    }
    (all, signatures)
}

fn raw(section: &chunk::Packed<'_>, codec: &mut dyn Decompress) -> Vec<u8> {
    section.unpack(codec).unwrap()
}

#[test]
fn no_secret_leaves_in_any_place() {
    let query = format!(r#"{{job=~"a|b"}} != "{ADDRESS}:1""#);
    let report = made(&query);
    let entries = entries().len() + clean_entries().len();
    let manifest = report::open(&report).unwrap().manifest;
    assert_eq!(manifest.chunks.iter().map(|c| c.entries).sum::<u64>(), entries as u64 + 9);
    assert!(manifest.view.ends_with("&wrap=1"), "{}", manifest.view);
    let (all, signatures) = unpacked(&report);
    let all = all.to_ascii_lowercase();
    let planted = planted();
    let secrets = planted.iter().flat_map(|(secrets, _)| secrets).copied().chain([ADDRESS]);
    for secret in secrets {
        if let Some(at) = all.find(&secret.to_ascii_lowercase()) {
            let around = all.as_bytes().get(at.saturating_sub(60)..).unwrap_or_default();
            let around = String::from_utf8_lossy(around.get(..120).unwrap_or(around));
            panic!("{secret} is in the report: …{around}…");
        }
    }
    assert!(all.contains("torch 2.3.1"), "what is no secret stays");
    // The signature answers whether a text may be there: by guessing, nobody learns more of it.
    let long = planted.iter().flat_map(|(secrets, _)| secrets).filter(|s| s.len() >= 12);
    let long: Vec<&&str> = long.collect();
    let told = long.iter().filter(|secret| {
        let literal = vec![vec![secret.as_bytes().to_vec()]];
        signatures.iter().any(|signature| chunk::may_contain(signature, &literal))
    });
    let told: Vec<_> = told.collect();
    assert!(told.is_empty(), "{} of {} may be there: {told:?}", told.len(), long.len());
}
