use crate::engine::message::{Coverage, Gap};
use crate::format::{Clock, Parts, bytes, duration_ms, grouped};
use crate::i18n::{Plural, Text, Texts};
use crate::state::{Kind, Phase, Results};

/// The coverage line: parts that stand next to each other, and what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    pub parts: Vec<String>,
    pub gaps: Vec<String>,
}

impl Sentence {
    fn of(part: String) -> Self {
        Self { parts: vec![part], gaps: Vec::new() }
    }

    /// As one line of text.
    pub fn text(&self) -> String {
        self.parts.join(" · ")
    }
}

/// What an answer rests on: "all 41,200 lines from 14:02 to 15:10 · 310 matches · 3.1 MB read ·
/// 42 ms", or exactly what is missing.
pub fn coverage(texts: &Texts, clock: &Clock, results: &Results) -> Sentence {
    let answer = &results.answer;
    let coverage = &answer.coverage;
    let running = results.phase == Phase::Running;
    match &results.phase {
        Phase::Idle => return Sentence::of(texts.own(Text::CoverageIdle)),
        Phase::Failed(_) => return Sentence::of(texts.own(Text::CoverageFailed)),
        Phase::Running | Phase::Done => {}
    }
    let mut parts = Vec::new();
    let lines = lines(texts, coverage);
    let span = match (coverage.first, coverage.last) {
        (Some(first), Some(last)) => Some(between(texts, clock, first.0, last.0)),
        _ => None,
    };
    let said = |text, lines: &str| match &span {
        Some(span) => {
            let said = texts.with(text, &[("lines", lines)]);
            texts.with(Text::Spanned, &[("said", &said), ("span", span)])
        }
        None => texts.with(text, &[("lines", lines)]),
    };
    let is_context = results.asked.as_ref().is_some_and(|asked| asked.around.is_some());
    if is_context && !running {
        let shown = u64::try_from(results.rows.len()).unwrap_or(0);
        let lines = texts.count(Plural::LINES, shown);
        parts.push(texts.with(Text::CoverageContext, &[("lines", &lines)]));
    } else if running {
        parts.push(said(Text::CoverageSoFar, &lines));
    } else if let Some(stopped_at) = coverage.stopped_at {
        let shown = u64::try_from(results.rows.len()).unwrap_or(0);
        let matches = match results.num_matches() {
            Some(all) if all > shown => texts.with(
                Text::MatchesOf,
                &[("shown", &grouped(shown)), ("all", &texts.count(Plural::MATCHES, all))],
            ),
            _ => texts.count(Plural::MATCHES, shown),
        };
        let time = clock.stamp(stopped_at.0, Parts::DateSecond);
        parts.push(texts.with(Text::CoverageNewest, &[("matches", &matches), ("time", &time)]));
        if coverage.entries > 0 {
            parts.push(texts.with(Text::LookedAt, &[("lines", &lines)]));
        }
    } else if !coverage.is_complete() {
        parts.push(said(Text::CoveragePart, &lines));
    } else if results.asked.as_ref().is_some_and(|asked| !asked.reads_lines()) {
        parts.push(texts.own(Text::CoverageNoLines));
    } else if coverage.entries == 0 && results.rows.is_empty() {
        parts.push(texts.own(Text::CoverageNothing));
    } else {
        // "All at most" would be neither.
        let text = if coverage.entries_at_most { Text::CoverageAtMost } else { Text::CoverageAll };
        parts.push(said(text, &lines));
    }
    if results.kind() == Kind::Log && !is_context && (running || coverage.stopped_at.is_none()) {
        parts.push(texts.count(Plural::MATCHES, coverage.matched));
    }
    parts.push(texts.with(Text::BytesRead, &[("size", &bytes(coverage.bytes_read))]));
    parts.push(duration_ms(answer.elapsed_ms));
    let gaps = coverage.gaps.iter().map(|known| gap(texts, clock, known)).collect();
    Sentence { parts, gaps }
}

fn lines(texts: &Texts, coverage: &Coverage) -> String {
    let lines = texts.count(Plural::LINES, coverage.entries);
    if coverage.entries_at_most { texts.with(Text::AtMost, &[("lines", &lines)]) } else { lines }
}

/// `from 14:02 to 15:10`, with the date once where it is not today, and twice where the two lie on
/// different days.
fn between(texts: &Texts, clock: &Clock, first: i64, last: i64) -> String {
    let day = |ns| clock.stamp(ns, Parts::Date);
    let (from, to) = if clock.are_today(first, last) {
        (Parts::Minute, Parts::Minute)
    } else if day(first) == day(last) {
        (Parts::DateMinute, Parts::Minute)
    } else {
        (Parts::DateMinute, Parts::DateMinute)
    };
    texts.with(Text::FromTo, &[("from", &clock.stamp(first, from)), ("to", &clock.stamp(last, to))])
}

/// One thing that is missing, as a sentence.
pub fn gap(texts: &Texts, clock: &Clock, gap: &Gap) -> String {
    match gap {
        Gap::Reading { path, done, total } => texts.with(
            Text::GapReading,
            &[("path", path), ("done", &bytes(*done)), ("total", &bytes(*total))],
        ),
        Gap::Corrupt { chunk, entries, reason } => {
            let lines = match entries {
                Some(entries) => texts.count(Plural::LINES, *entries),
                None => texts.own(Text::UnknownLines),
            };
            let name = chunk.get(..8).unwrap_or(chunk);
            let reason = texts.said(reason);
            texts.with(Text::GapCorrupt, &[("chunk", name), ("lines", &lines), ("reason", &reason)])
        }
        Gap::Stopped { reason } => texts.with(Text::GapStopped, &[("reason", &texts.said(reason))]),
        Gap::Unread { chunk: _, range, entries, reason } => texts.with(
            Text::GapUnread,
            &[
                ("lines", &texts.count(Plural::LINES, *entries)),
                ("span", &between(texts, clock, range.start.0, range.end.0)),
                ("reason", &texts.said(reason)),
            ],
        ),
        Gap::Cancelled { done, total } => texts
            .with(Text::GapCancelled, &[("done", &grouped(*done)), ("total", &grouped(*total))]),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use model::{TimeRange, Timestamp};
    use yew::Reducible as _;

    use super::*;
    use crate::engine::message::{Done, Event};
    use crate::state::{Asked, Edges, Language, ResultsAction};

    fn sentence(language: Language, query: &str, coverage: Coverage) -> Sentence {
        let asked = Rc::new(Asked::new(query, TimeRange::new(0, 1), Edges::Exact).unwrap());
        let done = Done { coverage, elapsed_ms: 42, ..Done::default() };
        let results = Rc::new(Results::default())
            .reduce(ResultsAction::Start { asked, main: 1, histogram: None, newer: None })
            .reduce(ResultsAction::Event(1, Box::new(Event::Done { id: 1, done }), 0.0));
        let clock = Clock::utc(1_734_444_120_000_000_000);
        super::coverage(&Texts::load(language), &clock, &results)
    }

    fn whole() -> Coverage {
        let minute = |m: i64| Some(Timestamp(1_734_393_600_000_000_000 + m * 60_000_000_000));
        Coverage {
            entries: 41_200,
            matched: 310,
            first: minute(14 * 60 + 2),
            last: minute(15 * 60 + 10),
            bytes_read: 3_100_000,
            ..Coverage::default()
        }
    }

    const LOG: &str = "{a=\"b\"} |= \"x\"";

    #[test]
    fn a_complete_answer_says_what_it_covers() {
        assert_eq!(
            sentence(Language::English, LOG, whole()).text(),
            "all 41,200 lines from 14:02 to 15:10 · 310 matches · 3.1 MB read · 42 ms"
        );
        assert_eq!(
            sentence(Language::Chinese, LOG, whole()).text(),
            "全部 41,200 行，14:02 至 15:10 · 310 条匹配 · 读取 3.1 MB · 42 ms"
        );
        assert_eq!(
            sentence(Language::English, "rate({a=\"b\"}[5m])", whole()).text(),
            "all 41,200 lines from 14:02 to 15:10 · 3.1 MB read · 42 ms"
        );
    }

    #[test]
    fn an_incomplete_answer_says_what_is_missing() {
        let cancelled = Coverage { gaps: vec![Gap::Cancelled { done: 3, total: 10 }], ..whole() };
        let said = sentence(Language::English, LOG, cancelled);
        assert!(said.text().starts_with("only 41,200 lines from 14:02 to 15:10"), "{said:?}");
        assert_eq!(said.gaps, ["cancelled after 3 of 10 chunks"]);
        let limited = Coverage { stopped_at: Some(Timestamp(1)), ..whole() };
        let said = sentence(Language::English, LOG, limited);
        assert_eq!(
            said.text(),
            "newest 0 matches, back to 1970-01-01 00:00:00 · 41,200 lines looked at · 3.1 MB read · 42 ms"
        );
        let nothing = sentence(Language::English, LOG, Coverage::default());
        assert_eq!(nothing.text(), "no lines in this range · 0 matches · 0 B read · 42 ms");
    }
}
