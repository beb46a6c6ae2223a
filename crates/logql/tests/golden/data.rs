use logql::ast::Expr;
use model::{Entry, Labels, MatchOp, parse_duration};

use super::case::Case;

/// The entries of one label set, in order of arrival.
pub struct Stream {
    pub labels: Labels,
    pub entries: Vec<Entry>,
}

/// The entries a case runs on: of its `data` section, or of the set that `data @name` names.
pub fn streams(case: &Case, sets: &[(&str, &str)]) -> Vec<Stream> {
    let (name, text) = case.named("data").unwrap_or_default();
    match name.strip_prefix('@') {
        None => read(text),
        Some(name) => {
            let file = format!("data/{name}.txt");
            let set = sets.iter().find(|(listed, _)| *listed == file);
            read(set.unwrap_or_else(|| panic!("{}: there is no {file}", case.title)).1)
        }
    }
}

fn read(text: &str) -> Vec<Stream> {
    let mut streams: Vec<Stream> = Vec::new();
    let mut arrival = 0;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('{') {
            streams.push(Stream { labels: labels(line), entries: Vec::new() });
            continue;
        }
        let stream = streams.last_mut().expect("entries stand below their labels");
        if let Some(fields) = line.strip_prefix("  + ") {
            stream.entries.last_mut().expect("fields stand below their entry").metadata =
                pairs(fields);
        } else if let Some(fields) = line.strip_prefix("  ~ ") {
            stream.entries.last_mut().expect("fields stand below their entry").auto = pairs(fields);
        } else {
            let (time, line) = line.split_once(' ').unwrap_or((line, ""));
            let line = line.replace("␤", "\n").into_bytes();
            let timestamp = at(time);
            stream.entries.push(Entry { timestamp, arrival, line, ..Entry::default() });
            arrival += 1;
        }
    }
    streams
}

/// A time as a case writes it: since the start of the data.
pub fn at(time: &str) -> i64 {
    parse_duration(time).unwrap_or_else(|error| panic!("{error}"))
}

fn labels(text: &str) -> Labels {
    match logql::parse(text) {
        Ok(Expr::Log(log)) => log
            .selector
            .into_iter()
            .inspect(|matcher| assert_eq!(matcher.op, MatchOp::Equal, "{text}"))
            .map(|matcher| (matcher.name, matcher.value))
            .collect(),
        other => panic!("{text} is no label set: {other:?}"),
    }
}

/// `a=b c=d`; a value goes on to the next blank.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |word: &str| word.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned()));
    text.split_whitespace().map(|word| pair(word).expect("name=value")).collect()
}
