//! What can be written where the cursor stands.

mod names;
mod offer;
mod place;
mod words;

use std::collections::BTreeMap;

use logql::Span;
use model::Labels;

pub use offer::{Offer, OfferKind};
use place::{Here, Place};

/// What there is to choose from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The labels of every stream.
    pub streams: &'a [Labels],
    /// Names that entries carry besides their labels, with values that were seen.
    pub fields: Option<&'a BTreeMap<String, Vec<String>>>,
}

/// What may stand at the cursor, the best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What an offer's text replaces.
    pub span: Span,
    pub offers: Vec<Offer>,
}

/// At most so many are offered.
const MAX_OFFERS: usize = 50;

/// What can be written at byte `cursor` of `text`; None where nothing helps.
pub fn complete(text: &str, cursor: usize, known: &Known<'_>) -> Option<Completion> {
    let Here { place, span, typed, blank } = place::here(text, cursor)?;
    let mut offers = match place {
        // A text without braces may be plain words: only what was begun is worth a list.
        Place::Start { within }
            if typed.is_empty() && within.is_none() && !text.trim().is_empty() =>
        {
            Vec::new()
        }
        Place::Start { within } => words::starts(within.as_deref()),
        Place::LabelName { given } => names::labels(known, &given),
        Place::LabelOp => words::label_ops(),
        Place::LabelValue { label, regex, given } => {
            return names::values(known, &label, regex, &given, &typed)
                .map(|offers| Completion { span, offers: best(offers, "") })
                .filter(|completion| !completion.offers.is_empty());
        }
        // Right after a word nothing is missing yet.
        Place::Pipe if !blank => Vec::new(),
        Place::Pipe => words::pipes(),
        Place::Stage => {
            let mut offers = words::stages();
            offers.extend(names::fields(known));
            offers
        }
        Place::FieldName => names::fields(known),
        Place::Grouping => {
            let mut offers = names::labels(known, &[]);
            offers.extend(names::fields(known));
            offers
        }
        Place::Unwrap => {
            let mut offers = names::fields(known);
            offers.extend(words::conversions());
            offers
        }
        Place::FieldOp => words::field_ops(),
        Place::FieldValue { name } => names::field_values(known, &name),
        Place::Template => names::fields(known),
        Place::Range => words::ranges(),
        Place::AfterCall { aggregation } if blank => words::after_call(aggregation),
        Place::AfterCall { .. } => Vec::new(),
    };
    offers.retain(|offer| offer.text != typed);
    let offers = best(offers, &typed);
    (!offers.is_empty()).then_some(Completion { span, offers })
}

/// Those that fit what was typed: beginnings before middles, otherwise in their order.
fn best(mut offers: Vec<Offer>, typed: &str) -> Vec<Offer> {
    let typed = typed.trim_matches(['"', '`']).to_lowercase();
    offers.retain(|offer| offer.name.to_lowercase().contains(&typed));
    offers.sort_by_key(|offer| !offer.name.to_lowercase().starts_with(&typed));
    offers.truncate(MAX_OFFERS);
    offers
}
