use model::Labels;

use super::table;
use crate::ast::Grouping;
use crate::pipeline::Entry;

/// Which labels of an entry name its series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SeriesKey {
    /// All go into one.
    Nothing,
    By(Vec<String>),
    /// All labels but `without`. Auto fields count only where the query asks for them: `auto`.
    Rest {
        without: Vec<String>,
        auto: Vec<String>,
    },
}

impl SeriesKey {
    pub(crate) fn new(grouping: Option<&Grouping>, auto: Vec<String>) -> Self {
        match grouping {
            None => Self::Rest { without: Vec::new(), auto },
            Some(Grouping { without: true, labels }) => Self::Rest {
                without: labels.clone(),
                auto: auto.into_iter().filter(|name| !labels.contains(name)).collect(),
            },
            Some(Grouping { without: false, labels }) if labels.is_empty() => Self::Nothing,
            Some(Grouping { without: false, labels }) => {
                let mut labels = labels.clone();
                labels.sort();
                labels.dedup();
                Self::By(labels)
            }
        }
    }

    /// Whether entries that differ only in auto and session fields are of one series.
    pub(crate) fn is_of_stream(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::By(_) => false,
            Self::Rest { auto, .. } => auto.is_empty(),
        }
    }

    /// The names that may be auto or session fields.
    pub(crate) fn auto_names(&self) -> &[String] {
        match self {
            Self::Nothing => &[],
            Self::By(names) | Self::Rest { auto: names, .. } => names,
        }
    }

    fn pairs<'e>(&'e self, entry: &'e Entry<'_>) -> Vec<(&'e str, &'e str)> {
        match self {
            Self::Nothing => Vec::new(),
            Self::By(names) => {
                names.iter().filter_map(|name| Some((name.as_str(), entry.value(name)?))).collect()
            }
            Self::Rest { without, auto } => {
                let mut pairs = entry.labels();
                pairs.retain(|(name, _)| !without.iter().any(|w| w == name));
                if !auto.is_empty() {
                    for name in auto {
                        if entry.label(name).is_none()
                            && let Some(value) = entry.auto(name)
                        {
                            pairs.push((name, value));
                        }
                    }
                    pairs.sort_unstable();
                }
                pairs
            }
        }
    }

    /// Writes what tells the entry's series from all others.
    pub(crate) fn write(&self, entry: &Entry<'_>, key: &mut Vec<u8>) {
        table::key(self.pairs(entry).into_iter(), key);
    }

    pub(crate) fn labels(&self, entry: &Entry<'_>) -> Labels {
        self.pairs(entry).into_iter().collect()
    }
}
