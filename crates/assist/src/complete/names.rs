//! Names and values of the logs there are.

use std::collections::BTreeMap;

use model::{Labels, Matcher};

use super::Known;
use super::offer::{Offer, OfferKind};

/// The labels of the streams that `given` leaves, those of most streams first.
pub(super) fn labels(known: &Known<'_>, given: &[Matcher]) -> Vec<Offer> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for stream in left(known, given) {
        for (name, _) in stream.iter() {
            *counts.entry(name).or_default() += 1;
        }
    }
    let unused = counts.into_iter().filter(|(name, _)| given.iter().all(|m| m.name != *name));
    by_count(unused, |name| Offer::plain(OfferKind::Label, name))
}

/// The values of a label; within a regular expression those after the last `|`.
pub(super) fn values(
    known: &Known<'_>,
    label: &str,
    regex: bool,
    given: &[Matcher],
    typed: &str,
) -> Option<Vec<Offer>> {
    let typed = typed.trim_matches(['"', '`']);
    let (before, last) = match typed.rfind('|').filter(|_| regex) {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for stream in left(known, given) {
        if let Some(value) = stream.get(label) {
            *counts.entry(value).or_default() += 1;
        }
    }
    let lower = last.to_lowercase();
    let mut offers = by_count(counts, |value| {
        let text = if regex {
            logql::edit::literal(&format!("{before}{}", regex_syntax::escape(value)))
        } else {
            logql::edit::literal(value)
        };
        Offer { name: value.to_owned(), text, ..Offer::plain(OfferKind::Value, value) }
    });
    let taken: Vec<&str> = before.split('|').chain([last]).collect();
    offers.retain(|offer| {
        offer.name.to_lowercase().contains(&lower) && !taken.contains(&offer.name.as_str())
    });
    offers.sort_by_key(|offer| !offer.name.to_lowercase().starts_with(&lower));
    (!offers.is_empty()).then_some(offers)
}

/// What entries carry besides their labels.
pub(super) fn fields(known: &Known<'_>) -> Vec<Offer> {
    let names = known.fields.into_iter().flatten().map(|(name, _)| name.as_str());
    names.map(|name| Offer::plain(OfferKind::Field, name)).collect()
}

/// Values that a field was seen with, or a label.
pub(super) fn field_values(known: &Known<'_>, name: &str) -> Vec<Offer> {
    let seen = known.fields.and_then(|fields| fields.get(name)).into_iter().flatten();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for stream in known.streams {
        if let Some(value) = stream.get(name) {
            *counts.entry(value).or_default() += 1;
        }
    }
    let quoted = |value: &str| Offer {
        text: logql::edit::literal(value),
        ..Offer::plain(OfferKind::Value, value)
    };
    let mut offers = by_count(counts, quoted);
    offers.extend(seen.map(|value| {
        let number = value.parse::<f64>().is_ok();
        if number { Offer::plain(OfferKind::Value, value) } else { quoted(value) }
    }));
    offers
}

/// The streams that fit what stands already.
fn left<'k>(known: &Known<'k>, given: &[Matcher]) -> impl Iterator<Item = &'k Labels> {
    known.streams.iter().filter(move |stream| given.iter().all(|matcher| matcher.matches(stream)))
}

fn by_count<'a>(
    counts: impl IntoIterator<Item = (&'a str, usize)>,
    offer: impl Fn(&str) -> Offer,
) -> Vec<Offer> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    // The sort is stable: names stay in their order.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let with = |(name, count)| Offer { streams: Some(count), ..offer(name) };
    counts.into_iter().map(with).collect()
}
