use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use alert::rule::{self, Group, RuleProblem};

/// Of a folder that Loki's ruler reads, the folder of its one tenant.
const TENANT: &str = "fake";

/// What there is under some paths.
#[derive(Clone, Debug, Default)]
pub(super) struct RuleFiles {
    pub files: Vec<OneFile>,
    /// Of paths that cannot be read, and of files.
    pub problems: Vec<RuleProblem>,
}

#[derive(Clone, Debug)]
pub(super) struct OneFile {
    /// What Loki calls the namespace: its name in its folder.
    pub name: String,
    pub groups: Vec<Group>,
    /// Some of it is wrong.
    pub is_broken: bool,
}

/// By which a change is seen.
pub(super) type Stamps = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// The files under `paths`, as they are now. A path that is not there is listed as well.
pub(super) fn stamps(paths: &[PathBuf]) -> Stamps {
    let mut found = Stamps::new();
    for path in paths {
        if path.is_dir() {
            let folders = [path.clone(), path.join(TENANT)];
            found.extend(folders.iter().flat_map(|folder| in_folder(folder)));
        } else {
            found.insert(path.clone(), stamp(path));
        }
    }
    found
}

fn in_folder(folder: &Path) -> Vec<(PathBuf, Option<(SystemTime, u64)>)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_rules = matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "yml"));
        is_rules && !name.starts_with('.') && path.is_file()
    });
    files.map(|path| (path.clone(), stamp(&path))).collect()
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Reads them all.
pub(super) fn read(stamps: &Stamps) -> RuleFiles {
    let mut found = RuleFiles::default();
    for path in stamps.keys() {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                found.problems.push(RuleProblem {
                    file: shown,
                    line: 1,
                    column: 1,
                    message: format!("cannot be read: {error}"),
                    group: None,
                    rule: None,
                    instead: None,
                });
                found.files.push(OneFile {
                    name: name_of(path, &found.files),
                    groups: Vec::new(),
                    is_broken: true,
                });
                continue;
            }
        };
        let read = rule::read(&shown, &text);
        found.files.push(OneFile {
            name: name_of(path, &found.files),
            groups: read.groups,
            is_broken: !read.problems.is_empty(),
        });
        found.problems.extend(read.problems);
    }
    found
}

/// Its name in its folder; where that is taken, its path.
fn name_of(path: &Path, taken: &[OneFile]) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if taken.iter().any(|file| file.name == name) { path.display().to_string() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_from_files_folders_and_the_folder_of_the_tenant() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let expr = "count_over_time({a=\"b\"}[1m]) > 0";
            let text = format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: '{expr}'\n");
            fs::write(&path, text).unwrap();
            path
        };
        write("rules/a.yaml");
        write("rules/fake/a.yaml");
        write("rules/fake/b.yml");
        write("rules/other/c.yaml");
        write("rules/notes.txt");
        write("rules/.hidden.yaml");
        let alone = write("alone.rules");
        fs::write(dir.path().join("rules/fake/bad.yaml"), "groups: [{name: x, rulez: []}]")
            .unwrap();
        let missing = dir.path().join("missing.yaml");
        let read = read(&stamps(&[dir.path().join("rules"), alone, missing]));
        let mut names: Vec<String> = read
            .files
            .iter()
            .map(|file| {
                let name = file.name.rsplit("rules/").next().unwrap();
                format!("{name} {} {}", file.groups.len(), file.is_broken)
            })
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "a.yaml 1 false",
                "alone.rules 1 false",
                "b.yml 1 false",
                "bad.yaml 0 true",
                "fake/a.yaml 1 false",
                "missing.yaml 0 true",
            ]
        );
        assert_eq!(read.problems.len(), 2, "{:#?}", read.problems);
    }
}
