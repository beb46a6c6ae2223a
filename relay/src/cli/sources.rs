//! What can be said about the paths before they are followed.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// One sentence for each path that cannot be followed right now.
pub fn notes(paths: &[String]) -> Vec<String> {
    let mut notes: Vec<String> = paths.iter().filter_map(|path| note(path)).collect();
    if !notes.is_empty() && notes.len() == paths.len() {
        notes.push("none of the files can be read yet: waiting for them".to_owned());
    }
    notes
}

fn note(path: &str) -> Option<String> {
    // Globs may match later; what they match is reported with the sources.
    if path == "-" || (path.contains(['*', '?', '[', '{']) && !Path::new(path).exists()) {
        return None;
    }
    if Path::new(path).is_dir() {
        return std::fs::read_dir(path).err().map(|error| unreadable(path, &error));
    }
    match File::open(path) {
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Some(format!("not there yet, waiting for it: {path}"))
        }
        Err(error) => Some(unreadable(path, &error)),
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> String {
    let help = match error.kind() {
        ErrorKind::PermissionDenied => {
            "; give this user the right to read it (sudo setfacl -m u:$USER:r FILE), it is tried \
             again"
        }
        _ => "",
    };
    let cause = match error.kind() {
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    format!("cannot read it, {cause}{help}: {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_once_for_each_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
        std::fs::write(path("a.log"), "x").unwrap();
        assert_eq!(notes(&[path("a.log"), path("*.log"), "-".into()]), [""; 0]);
        let said = notes(&[path("a.log"), path("b.log")]);
        assert_eq!(said, [format!("not there yet, waiting for it: {}", path("b.log"))]);
        assert_eq!(notes(&[path("b.log")]).len(), 2);
    }
}
