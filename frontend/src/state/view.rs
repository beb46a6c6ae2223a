//! What the page shows, as one value that the URL's fragment holds. The fragment never reaches a
//! server, so that a query stays out of access logs.

use super::{Context, Fingerprint, Range};

/// Bumped only when an older page could no longer read the fragment.
const VERSION: &str = "1";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The token of the shared link that the page was opened with.
    pub share: Option<String>,
    /// As typed; plain words are a search over everything.
    pub query: String,
    /// None: nobody chose one yet, so that the page may look for the newest data itself.
    pub range: Option<Range>,
    pub wrap: bool,
    pub zone: Zone,
    pub chart: ChartKind,
    /// The numbers instead of the chart.
    pub table: bool,
    /// The line whose details are open.
    pub selected: Option<RowId>,
    pub live: bool,
    /// The query shows what is around a line, not what it found.
    pub context: Option<Context>,
    /// What the answer held when the link was made.
    pub fingerprint: Option<Fingerprint>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    #[default]
    Local,
    Utc,
    /// Where the logs are written.
    Source,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChartKind {
    #[default]
    Line,
    Bars,
    Stacked,
}

impl Zone {
    pub const ALL: [Self; 3] = [Self::Local, Self::Utc, Self::Source];

    /// The one after it, and round again.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Source,
            Self::Source => Self::Local,
        }
    }

    /// As a link has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Source => "source",
        }
    }
}

impl ChartKind {
    pub const ALL: [Self; 3] = [Self::Line, Self::Bars, Self::Stacked];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Bars => "bars",
            Self::Stacked => "stacked",
        }
    }
}

/// Names an entry of one relay for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    pub timestamp: i64,
    pub arrival: u64,
}

impl RowId {
    fn to_text(self) -> String {
        format!("{}.{}", self.timestamp, self.arrival)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (timestamp, arrival) = text.split_once('.')?;
        Some(Self { timestamp: timestamp.parse().ok()?, arrival: arrival.parse().ok()? })
    }
}

impl View {
    /// The fragment, without `#`. What is as usual is left out.
    pub fn encode(&self) -> String {
        let mut text = format!("v={VERSION}");
        let mut add = |name: &str, value: &str| {
            text.push('&');
            text.push_str(name);
            text.push('=');
            escape(value, &mut text);
        };
        if let Some(token) = &self.share {
            add("share", token);
        }
        if !self.query.is_empty() {
            add("q", &self.query);
        }
        if let Some(range) = self.range {
            let (from, to) = range.to_text();
            add("from", &from);
            add("to", &to);
        }
        if self.wrap {
            add("wrap", "1");
        }
        if self.zone != Zone::default() {
            add("tz", self.zone.name());
        }
        if self.chart != ChartKind::default() {
            add("chart", self.chart.name());
        }
        if self.table {
            add("table", "1");
        }
        if let Some(selected) = self.selected {
            add("line", &selected.to_text());
        }
        if self.live {
            add("live", "1");
        }
        if let Some(Context { around, query }) = &self.context {
            add("around", &around.to_text());
            add("was", query);
        }
        if let Some(fingerprint) = self.fingerprint {
            add("fp", &fingerprint.to_text());
        }
        text
    }

    /// Reads a fragment, with or without `#`. What it does not know or cannot read it passes
    /// over: a link must open.
    pub fn decode(fragment: &str) -> Self {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let mut view = Self::default();
        let (mut from, mut to) = (String::new(), String::new());
        let (mut around, mut was) = (None, String::new());
        for pair in fragment.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = unescape(value);
            match name {
                "share" if !value.is_empty() => view.share = Some(value),
                "q" => view.query = value,
                "from" => from = value,
                "to" => to = value,
                "wrap" => view.wrap = value == "1",
                "tz" => {
                    view.zone =
                        Zone::ALL.into_iter().find(|zone| zone.name() == value).unwrap_or_default();
                }
                "chart" => {
                    view.chart = ChartKind::ALL
                        .into_iter()
                        .find(|kind| kind.name() == value)
                        .unwrap_or_default();
                }
                "table" => view.table = value == "1",
                "line" => view.selected = RowId::from_text(&value),
                "around" => around = RowId::from_text(&value),
                "was" => was = value,
                "live" => view.live = value == "1",
                "fp" => view.fingerprint = Fingerprint::from_text(&value),
                _ => {}
            }
        }
        view.range = Range::from_text(&from, &to);
        view.context = around.map(|around| Context { around, query: was });
        view
    }
}

/// Percent-encodes what would end a value or what chats and mail programs cut a link at; the rest
/// stays readable.
fn escape(value: &str, out: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'~' | b'=' | b':' | b',' | b'/' | b'!' | b'*' | b'@' => {
                out.push(char::from(byte));
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    out.push(char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0')));
                }
            }
        }
    }
}

fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let hex = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = after.get(2..).unwrap_or(b"");
            }
            (b'+', ..) => bytes.push(b' '),
            (byte, ..) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_the_url() {
        let views = [
            View::default(),
            View {
                share: Some("a-b_C9".to_owned()),
                query:
                    "{job=\"cosyvoice3\"} |~ \"timeout|fail\" | line_format `{{.a}}&b=c#+%`\n你好"
                        .to_owned(),
                range: Some(Range::Between { start: 1_734_444_127_000_000_001, end: i64::MAX }),
                wrap: true,
                zone: Zone::Utc,
                chart: ChartKind::Stacked,
                table: true,
                selected: Some(RowId { timestamp: -5, arrival: u64::MAX }),
                live: true,
                context: None,
                fingerprint: Fingerprint::from_text("1204-00ff12ab"),
            },
            View {
                query: "{job=\"a\"}".to_owned(),
                zone: Zone::Source,
                context: Some(Context {
                    around: RowId { timestamp: 7, arrival: 8 },
                    query: "{job=\"a\"} |= \"x\"".to_owned(),
                }),
                ..View::default()
            },
            View { query: "error & more".to_owned(), range: Some(Range::All), ..View::default() },
        ];
        for view in views {
            let fragment = view.encode();
            assert!(fragment.is_ascii() && !fragment.contains([' ', '"', '{']), "{fragment}");
            assert_eq!(View::decode(&fragment), view, "{fragment}");
            assert_eq!(View::decode(&format!("#{fragment}")), view);
        }
    }

    #[test]
    fn a_fragment_reads_as_people_type_it() {
        let view = View::decode("#q={job=%22a%22}+|=+%22x%22&from=now-6h&to=now&later=1&line=x");
        assert_eq!(view.query, "{job=\"a\"} |= \"x\"");
        assert_eq!(view.range, Some(Range::Last(6 * 3_600_000_000_000)));
        assert_eq!(view.selected, None);
    }

    #[test]
    fn a_broken_fragment_still_opens() {
        for fragment in [
            "",
            "#",
            "&&&",
            "q=%",
            "q=%zz",
            "from=1&to=",
            "v=99&chart=pie",
            "fp=x",
            "fp=1",
            "fp=-1-zz",
        ] {
            let view = View::decode(fragment);
            assert_eq!((view.range, view.fingerprint), (None, None), "{fragment}");
        }
        assert_eq!(View::decode("q=%E4%BD").query, "\u{fffd}");
        assert_eq!(View::decode("q=5%").query, "5%");
    }
}
