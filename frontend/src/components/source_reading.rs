use protocol::sources::{Lines, Reading};
use yew::{Html, html};

use crate::format::grouped;
use crate::i18n::{Text, Texts};

/// So many formats beside the first are named; a file of an application has a handful.
const OTHERS: usize = 3;

/// What the lines of a file were taken for, and how sure that is.
pub fn format(texts: &Texts, reading: &Reading) -> Html {
    let more = |said: String| html! { <span class="source-sheet__more">{ said }</span> };
    html! {
        <>
            { guess(texts, reading) }
            { for others(texts, reading).map(more) }
            { for coding(texts, reading).map(more) }
        </>
    }
}

/// What of a file is not an entry of its own, or not as it was written.
pub fn left_out(texts: &Texts, reading: &Reading) -> Vec<String> {
    let kinds = [
        (Text::LinesContinued, reading.continued),
        (Text::LinesFrames, reading.frames + reading.blank),
        (Text::LinesUnclear, reading.unclear),
        (Text::LinesDropped, reading.dropped),
    ];
    let told = kinds.into_iter().filter(|(_, lines)| *lines > 0);
    told.map(|(text, lines)| texts.with(text, &[("n", &grouped(lines))])).collect()
}

fn guess(texts: &Texts, reading: &Reading) -> String {
    match (reading.formats.first(), reading.confidence_percent) {
        (Some(first), Some(percent)) => texts.with(
            Text::FormatSure,
            &[("name", &texts.said(&first.name)), ("n", &percent.to_string())],
        ),
        _ if reading.plain > 0 => texts.own(Text::FormatPlain),
        _ => String::new(),
    }
}

/// The other formats in it, and what stands around its lines.
fn others(texts: &Texts, reading: &Reading) -> Option<String> {
    let names = |lines: &[Lines]| {
        let names = lines.iter().take(OTHERS).map(|lines| texts.said(&lines.name));
        names.collect::<Vec<_>>().join(", ")
    };
    let rest = reading.formats.get(1..).unwrap_or_default();
    let mut said = Vec::new();
    if !rest.is_empty() {
        said.push(texts.with(Text::FormatAlso, &[("names", &names(rest))]));
    }
    if !reading.around.is_empty() {
        said.push(texts.with(Text::FormatAround, &[("names", &names(&reading.around))]));
    }
    (!said.is_empty()).then(|| said.join(" · "))
}

/// Its encoding, and the zone its stamps are read in.
fn coding(texts: &Texts, reading: &Reading) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    if !reading.encoding.is_empty() {
        said.push(reading.encoding.clone());
    }
    if reading.zoned > 0 {
        said.push(texts.own(Text::ZoneOwn));
    }
    if reading.unzoned > 0 {
        said.push(texts.with(Text::ZoneTaken, &[("zone", &reading.zone)]));
    }
    (!said.is_empty()).then(|| said.join(" · "))
}
