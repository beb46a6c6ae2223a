/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What a list shows and what typing is compared with.
    pub name: String,
    /// What is written.
    pub text: String,
    /// So many bytes before the end of `text` the cursor goes: between quotes, before a bracket.
    pub back: usize,
    pub kind: OfferKind,
    /// One English sentence, without a full stop; empty where the name says it all.
    pub about: &'static str,
    /// In how many streams it occurs, where that is known.
    pub streams: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferKind {
    Label,
    Value,
    /// A name that entries carry besides their labels.
    Field,
    Function,
    Stage,
    Operator,
    Duration,
}

impl Offer {
    /// A word that is written as it is called.
    pub(super) fn plain(kind: OfferKind, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: name.to_owned(),
            back: 0,
            kind,
            about: "",
            streams: None,
        }
    }
}
