//! Bytes captured from the real tqdm, loguru, uvicorn and gradio, and what becomes of them.
//!
//! `UPDATE=1 cargo test -p detect captured` writes the expectations anew.

use std::{fs, path::Path};

use crate::support::{MS, Step, run};
use detect::{Context, Start};

/// 2026-11-22T18:00:00Z, after the captures.
const MTIME_MS: i64 = 1_795_370_400_000;

#[track_caller]
fn check(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes =
        fs::read(root.join("../../tests/voice/captured").join(name)).expect("the capture is there");
    let start = Start { offset: 0, mtime: MTIME_MS * MS };
    let now = MTIME_MS + 60_000;
    let found = run(&Context::default(), start, &[Step::Feed(now, &bytes), Step::Settle(now)]);
    let expected = root.join("tests/all/captured").join(name).with_extension("txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(expected, found).expect("the folder can be written");
    } else {
        assert_eq!(found, fs::read_to_string(expected).expect("UPDATE=1 writes it"), "{name}");
    }
}

#[test]
fn captured_bytes_become_entries() {
    for name in ["cosy.log", "fish.log", "gr.log", "gr2.log", "uv.log", "uv2.log"] {
        check(name);
    }
}
