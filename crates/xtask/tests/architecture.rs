//! The shape of the house, held by a test: which crate may see which, what pure crates may not
//! do, and how long a file may be.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crate → our crates it may depend on, tests aside.
const MAY_SEE: [(&str, &[&str]); 18] = [
    ("assist", &["logql", "model"]),
    ("alert", &["logql", "model", "yaml"]),
    ("model", &[]),
    ("logql", &["model"]),
    ("chunk", &["model"]),
    ("detect", &["model"]),
    ("export", &["chunk", "logql", "model", "protocol", "redact", "report"]),
    ("heap", &[]),
    ("insight", &["model"]),
    ("promtail", &["logql", "model", "yaml"]),
    ("protocol", &["model"]),
    ("redact", &["model"]),
    (
        "relay",
        &[
            "alert", "chunk", "detect", "export", "heap", "insight", "logql", "model", "promtail",
            "protocol", "redact", "report", "yaml",
        ],
    ),
    ("report", &["chunk", "model"]),
    ("frontend", &["assist", "chunk", "export", "logql", "model", "protocol", "redact", "report"]),
    ("tests", &["chunk", "logql", "model", "protocol"]),
    ("xtask", &[]),
    ("yaml", &["model"]),
];
const PURE: [&str; 13] = [
    "alert", "assist", "chunk", "detect", "export", "insight", "logql", "model", "promtail",
    "protocol", "redact", "report", "yaml",
];
const FORBIDDEN_IN_PURE: [&str; 9] = [
    "std::fs",
    "TcpStream",
    "UdpSocket",
    "std::thread",
    "std::process",
    "std::env",
    "SystemTime",
    "Instant::now",
    "cfg(target_arch",
];
const MAX_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn dependencies_run_one_way() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = MAY_SEE.into_iter().collect();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let may = allowed.get(name).unwrap_or_else(|| panic!("{name} is missing in MAY_SEE"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            if dependency["kind"] == Value::Null && ours.contains(other) {
                assert!(may.contains(&other), "{name} must not depend on {other}");
            }
        }
    }
}

#[test]
fn pure_crates_touch_nothing_outside() {
    for name in PURE {
        for file in rust_files(&root().join("crates").join(name).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            for word in FORBIDDEN_IN_PURE {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for dir in ["crates", "relay", "frontend", "tests"] {
        for file in rust_files(&root().join(dir)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= MAX_LINES, "{} has {lines} lines", file.display());
        }
    }
}
