use logql::hint::HintKind;

use crate::i18n::{Plural, Text, Texts};

/// What a hint says.
pub fn hint(texts: &Texts, kind: &HintKind) -> String {
    let meant = |nearest: &Option<String>| {
        nearest
            .as_ref()
            .map(|nearest| texts.with(Text::HintMeant, &[("nearest", nearest)]))
            .unwrap_or_default()
    };
    match kind {
        HintKind::NoSuchLabel { name, nearest } => {
            texts.with(Text::HintLabel, &[("name", name)]) + &meant(nearest)
        }
        HintKind::NoSuchValue { name, value, nearest } => {
            texts.with(Text::HintValue, &[("name", name), ("value", value)]) + &meant(nearest)
        }
        HintKind::NoSuchCombination => texts.own(Text::HintCombination),
        HintKind::NoSuchField { name, nearest } => {
            texts.with(Text::HintField, &[("name", name)]) + &meant(nearest)
        }
        HintKind::PerSeries => texts.own(Text::HintSeries),
        HintKind::Case { words, exact, found } => texts.with(
            Text::HintCase,
            &[
                ("words", words),
                ("exact", &texts.count(Plural::MATCHES, *exact)),
                ("found", &texts.count(Plural::MATCHES, *found)),
            ],
        ),
    }
}
