//! Writes the story down: the past at once, then as it happens.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::demo::{LogFile, Story, Write};

#[derive(Debug, thiserror::Error)]
#[error("cannot write the demo's logs: {}", .path.display())]
pub struct DemoError {
    pub path: PathBuf,
    #[source]
    pub source: std::io::Error,
}

/// The open files of the service.
#[derive(Debug)]
pub struct Files {
    dir: PathBuf,
    open: HashMap<LogFile, BufWriter<File>>,
}

impl Files {
    fn create(dir: &Path) -> Result<Self, DemoError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| DemoError { path, source }
        };
        std::fs::create_dir_all(dir).map_err(failed(dir))?;
        let mut open = HashMap::new();
        for file in LogFile::ALL {
            let path = dir.join(file.name());
            let opened =
                OpenOptions::new().append(true).create(true).open(&path).map_err(failed(&path))?;
            open.insert(file, BufWriter::new(opened));
        }
        Ok(Self { dir: dir.to_owned(), open })
    }

    fn write(&mut self, write: &Write) -> Result<(), DemoError> {
        self.each(write.file, |file| file.write_all(write.text.as_bytes()))
    }

    fn flush(&mut self) -> Result<(), DemoError> {
        LogFile::ALL.into_iter().try_for_each(|file| self.each(file, std::io::Write::flush))
    }

    fn each(
        &mut self,
        file: LogFile,
        what: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    ) -> Result<(), DemoError> {
        let done = self.open.get_mut(&file).map_or(Ok(()), what);
        done.map_err(|source| DemoError { path: self.dir.join(file.name()), source })
    }
}

/// Writes what happened up to `live`; gives the files and the first thing that comes after.
pub fn write_past(
    story: &mut Story,
    dir: &Path,
    live: i64,
) -> Result<(Files, Option<Write>), DemoError> {
    let mut files = Files::create(dir)?;
    let mut next = story.next();
    while let Some(write) = next.take_if(|write| write.at <= live) {
        files.write(&write)?;
        next = story.next();
    }
    files.flush()?;
    Ok((files, next))
}

/// Writes on as it happens, until `stop` says something or its sender is gone. `now` tells the
/// time in nanoseconds.
pub fn follow(
    story: &mut Story,
    (mut files, mut next): (Files, Option<Write>),
    now: impl Fn() -> i64,
    stop: &Receiver<()>,
) -> Result<(), DemoError> {
    while let Some(write) = next {
        let wait = u64::try_from(write.at.saturating_sub(now())).unwrap_or(0);
        match stop.recv_timeout(Duration::from_nanos(wait)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
        }
        files.write(&write)?;
        files.flush()?;
        next = story.next();
    }
    files.flush()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::demo::StoryOptions;

    #[test]
    fn past_and_present_follow_each_other_without_a_gap() {
        let dir = tempfile::tempdir().unwrap();
        let live = 600_000_000_000;
        let options = StoryOptions { seed: 1, start: 0, live, speed: 1.0, zone: TimeZone::UTC };
        let mut story = Story::new(options.clone());
        let past = write_past(&mut story, dir.path(), live).unwrap();

        // Everything is due; the clock stops the writer when it is asked for the 50th time.
        let (ask, stop) = std::sync::mpsc::channel();
        let asked = std::cell::Cell::new(0);
        let now = || {
            asked.set(asked.get() + 1);
            if asked.get() == 50 {
                ask.send(()).unwrap();
            }
            i64::MAX
        };
        follow(&mut story, past, now, &stop).unwrap();

        let num_past = Story::new(options.clone()).take_while(|w| w.at <= live).count();
        for file in LogFile::ALL {
            let written = std::fs::read_to_string(dir.path().join(file.name())).unwrap();
            let told = Story::new(options.clone()).take(num_past + 49);
            let expected: String = told.filter(|w| w.file == file).map(|w| w.text).collect();
            assert_eq!(written, expected, "{file:?}");
        }
    }
}
