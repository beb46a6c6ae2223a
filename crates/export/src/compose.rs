use model::TimeRange;
use report::{Coding, Manifest, Summary, Viewer, WriteError};

use crate::{Gathered, Redaction, story};

/// What only whoever makes the report knows.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// `Logpane 0.1.0`.
    pub tool: &'a str,
    /// `viewer` or `cli`.
    pub producer: &'a str,
    /// As it was asked, over this range; what it looks back to lies in `picked` as well.
    pub query: &'a str,
    /// How the answer is shown beside query and range: further pairs of a URL's fragment, each
    /// with its `&`.
    pub look: &'a str,
    pub range: TimeRange,
    pub picked: TimeRange,
    /// None: the query is its title.
    pub title: Option<&'a str>,
    pub note: Option<&'a str>,
    /// Of the page: `en`, `zh`; and what it says there without JavaScript.
    pub language: &'a str,
    pub without_script: &'a str,
    pub coding: Coding,
}

/// The report of what was gathered and redacted, from its packed chunks. `show` writes a moment for
/// people, in the zone of whoever makes it.
pub fn compose(
    telling: &Telling<'_>,
    gathered: &Gathered,
    redaction: &mut Redaction,
    viewer: Viewer<'_>,
    chunks: &[&[u8]],
    show: &dyn Fn(i64) -> String,
) -> Result<Vec<u8>, WriteError> {
    let query = redaction.query(telling.query);
    // A query has its own way to hide things: what is escaped in it looks otherwise.
    let title = telling.title.map_or_else(|| query.clone(), |title| redaction.text(title));
    let mut facts = story::facts(gathered, telling.picked, show);
    facts.extend(telling.note.map(|note| ("note".to_owned(), redaction.text(note))));
    let with = |name: &str, value: &str| {
        let first = (name.to_owned(), value.to_owned());
        std::iter::once(first).chain(facts.iter().cloned()).collect::<Vec<_>>()
    };
    let manifest = Manifest {
        tool: telling.tool.to_owned(),
        producer: telling.producer.to_owned(),
        view: fragment(&query, telling),
        facts: with("title", &title),
        query: query.clone(),
        range: telling.range,
        sessions: gathered.sessions.clone(),
        redaction: redaction.runs(),
        coding: telling.coding,
        ..Manifest::default()
    };
    let summary = Summary {
        language: telling.language.to_owned(),
        title,
        note: telling.without_script.to_owned(),
        facts: with("query", &query),
        lines: story::key_lines(&gathered.streams, show),
    };
    report::write(manifest, &summary, viewer, chunks)
}

/// The view that a reader finds: the query over its range, shown as it was.
fn fragment(query: &str, telling: &Telling<'_>) -> String {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let Telling { range, look, .. } = telling;
    format!("v=1&q={query}&from={}&to={}{look}", range.start.0, range.end.0)
}
