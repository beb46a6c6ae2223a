//! `logpane verify` and `logpane extract`: what is in a report.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use report::Report;

use crate::cli::args::{ExtractArgs, VerifyArgs};
use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::store::Zstd;

/// Says what a report is, or how it was changed.
pub fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let manifest = open(&args.file)?.manifest;
    let entries: u64 = manifest.files.iter().map(|file| file.entries).sum();
    let mut out = std::io::stdout().lock();
    written(writeln!(
        out,
        "{}: whole and unchanged, {entries} entries of {} files, by {}, query {}",
        args.file.display(),
        manifest.files.len(),
        manifest.tool,
        manifest.query
    ))?;
    for (name, value) in &manifest.facts {
        written(writeln!(out, "  {name}: {value}"))?;
    }
    let ran: Vec<String> =
        manifest.redaction.iter().map(|run| format!("{} {}", run.rule, run.count)).collect();
    let ran = if ran.is_empty() { "none".to_owned() } else { ran.join(", ") };
    written(writeln!(out, "  redaction rules: {ran}"))
}

/// Writes the logs of a report as files again, one for each they came from.
pub fn extract(args: &ExtractArgs) -> Result<(), Failure> {
    let report = open(&args.file)?;
    let failed =
        |error: report::OpenError| Failure::failed(format!("{}: {error}", args.file.display()));
    let files = report::extract(&report, &mut Zstd::new(1)).map_err(failed)?;
    let dir = &args.output;
    fs::create_dir_all(dir).map_err(|error| cannot_write(dir, &error))?;
    let mut taken = BTreeSet::new();
    for file in files {
        let path = dir.join(free_name(&file.name, &mut taken));
        // Never over something that is there: the name is whatever the report says.
        let created = fs::File::create_new(&path);
        let done = created.and_then(|mut new| new.write_all(&file.bytes));
        done.map_err(|error| cannot_write(&path, &error))?;
        say(&format!("{}: {} entries", path.display(), file.entries));
    }
    Ok(())
}

fn open(path: &Path) -> Result<Report, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
    report::open(&bytes).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", path.display()))
}

/// The last part of a name that anybody may have chosen, which no other file here has.
fn free_name(name: &str, taken: &mut BTreeSet<String>) -> PathBuf {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().filter(|c| !c.is_control() && !":*?\"<>|".contains(*c)).collect();
    let kept = kept.trim_matches(['.', ' ']);
    let base = if kept.is_empty() { "log" } else { kept };
    let mut candidate = base.to_owned();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{number}-{base}");
        number += 1;
    }
    candidate.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_in_its_folder_whatever_it_is_called() {
        let mut taken = BTreeSet::new();
        for (name, expected) in [
            ("/srv/app/a.log", "a.log"),
            ("C:\\logs\\a.log", "2-a.log"),
            ("../../etc/passwd", "passwd"),
            ("..", "log"),
            ("{job=\"a\"}", "{job=a}"),
            ("", "2-log"),
            ("a\n\u{0}.log", "3-a.log"),
        ] {
            assert_eq!(free_name(name, &mut taken), Path::new(expected), "{name:?}");
        }
    }
}
