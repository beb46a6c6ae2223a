use std::collections::HashMap;

use model::Labels;
use yaml::{Mark, Marked, Problem};

use super::build::stream_time_and_text;
use super::regex::Extract;
use crate::config;
use crate::pipeline::{Flow, Hold, Stage, Until};
use crate::{Entry, Environment, Origin};

const MAX_PARTIAL_LINES: usize = 100;
const FORMAT: &str =
    r"^(?s)(?P<time>\S+?) (?P<stream>stdout|stderr) (?P<flags>\S+?) (?P<content>.*)$";

/// `cri`: lines of container runtimes, `2024-12-17T14:30:52.1Z stderr F text`; a `P` instead of
/// the `F` says that the line goes on.
pub(super) fn stages(
    config: &config::Cri,
    environment: &Environment,
) -> Result<Vec<Stage>, Problem> {
    let expression = Marked { value: FORMAT.to_owned(), mark: Mark::default() };
    let regex = config::Regex { expression, source: None, labels_from_groups: false };
    let mut stages = vec![Stage::Change(Box::new(Extract::new(&regex)?))];
    stages.extend(stream_time_and_text(environment, "time", "content")?);
    stages.push(Stage::Hold(Box::new(Parts {
        max_lines: config.max_partial_lines.unwrap_or(MAX_PARTIAL_LINES).max(1),
        max_size: config
            .max_partial_line_size
            .filter(|size| *size > 0 && config.max_partial_line_size_truncate),
        parts: HashMap::new(),
    })));
    Ok(stages)
}

/// Joins the parts of lines.
struct Parts {
    max_lines: usize,
    max_size: Option<usize>,
    parts: HashMap<Labels, Part>,
}

struct Part {
    text: Vec<u8>,
    num_lines: usize,
    origins: Vec<Origin>,
    /// The last of them.
    entry: Entry,
}

impl Hold for Parts {
    fn take(&mut self, mut entry: Entry, _: i64, flow: &mut Flow) {
        let is_part = entry.value("flags").as_deref() == Some("P");
        if is_part {
            let line = std::mem::take(&mut entry.line);
            let origins = std::mem::take(&mut entry.origins);
            let part = self.parts.entry(entry.labels.clone()).or_insert_with(|| Part {
                text: Vec::new(),
                num_lines: 0,
                origins: Vec::new(),
                entry: entry.clone(),
            });
            part.text.extend_from_slice(&line);
            part.origins.extend(origins);
            part.num_lines += 1;
            part.entry = entry;
            if let Some(max) = self.max_size {
                part.text.truncate(max);
            }
            if part.num_lines >= self.max_lines {
                let labels = part.entry.labels.clone();
                flow.passed.extend(self.parts.remove(&labels).map(Part::whole));
            }
            return;
        }
        if let Some(part) = self.parts.remove(&entry.labels) {
            let mut text = part.text;
            text.extend_from_slice(&entry.line);
            if let Some(max) = self.max_size {
                text.truncate(max);
            }
            entry.line = text;
            entry.origins.splice(0..0, part.origins);
        }
        flow.passed.push(entry);
    }

    fn release(&mut self, _: i64, until: Until, flow: &mut Flow) {
        // The rest of a line is a matter of microseconds; what never comes is not waited for when
        // the file ends.
        if until == Until::End {
            flow.passed.extend(self.parts.drain().map(|(_, part)| part.whole()));
        }
    }

    fn due(&self) -> Option<i64> {
        None
    }
}

impl Part {
    fn whole(self) -> Entry {
        Entry { line: self.text, origins: self.origins, ..self.entry }
    }
}
