//! `positions.yaml`: how far Promtail read each file.

use std::collections::BTreeMap;

use serde::Deserialize;
use yaml::Problem;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    positions: BTreeMap<String, String>,
}

/// Offsets by path. What it says of other things than files is left out, and so is an offset that
/// is no number.
pub fn read(text: &str) -> Result<BTreeMap<String, u64>, Problem> {
    let node = yaml::parse(text)?;
    let file: File = yaml::from_node(&node)?;
    let offset = |(path, offset): (String, String)| Some((path, offset.trim().parse().ok()?));
    let is_file = |(path, _): &(String, u64)| path.starts_with('/');
    Ok(file.positions.into_iter().filter_map(offset).filter(is_file).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_files_are_read() {
        let text = "positions:\n  /var/log/a.log: \"1234\"\n  /b c.log: 7\n  journal-x: s=abc\n  \
                    cursor-y: \"5\"\n  /bad: x\n";
        let found = read(text).unwrap();
        let expected = [("/b c.log".to_owned(), 7), ("/var/log/a.log".to_owned(), 1234)];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
        assert!(read("positions: [a]").is_err());
        assert!(read("").unwrap().is_empty());
    }
}
