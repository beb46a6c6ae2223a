use std::collections::BTreeMap;
use std::rc::Rc;

use yew::{hook, use_context};

use crate::i18n::Words;
use crate::i18n::words::{Plural, texts};
use crate::state::Language;

texts! { Say:
    About = "about",
    AllTimes = "all_times",
    Back = "back",
    Becomes = "becomes",
    Contents = "contents",
    Died = "died",
    File = "file",
    Fits = "fits",
    From = "from",
    GroupDefault = "group_default",
    GroupHosts = "group_hosts",
    GroupOwn = "group_own",
    GroupPrompts = "group_prompts",
    HiddenOne = "hidden_one",
    HiddenOther = "hidden_other",
    Hide = "hide",
    HideSelected = "hide_selected",
    Levels = "levels",
    Lines = "lines",
    LinesAbout = "lines_about",
    Meter = "meter",
    MeterOver = "meter_over",
    Name = "name",
    NameHint = "name_hint",
    NoLevel = "no_level",
    Note = "note",
    NoteHint = "note_hint",
    Nothing = "nothing",
    NothingLeft = "nothing_left",
    OwnKind = "own_kind",
    OwnRegex = "own_regex",
    OwnRemove = "own_remove",
    OwnText = "own_text",
    OwnTextHint = "own_text_hint",
    Paste = "paste",
    PasteAttached = "paste_attached",
    PasteContext = "paste_context",
    PasteCopied = "paste_copied",
    PasteCut = "paste_cut",
    PasteQuery = "paste_query",
    PasteText = "paste_text",
    PasteTrace = "paste_trace",
    Reading = "reading",
    Redaction = "redaction",
    RedactionAbout = "redaction_about",
    Save = "save",
    Saved = "saved",
    Saving = "saving",
    SuggestBefore = "suggest_before",
    SuggestLevel = "suggest_level",
    Title = "title",
    TooLarge = "too_large",
    Unwritable = "unwritable",
    Was = "was",
    WithoutScript = "without_script",
    Working = "working",
}

/// How often a rule hides something.
pub const HIDDEN: Plural<Say> = Plural { one: Say::HiddenOne, other: Say::HiddenOther };

/// The words of this page, beside those that it shares with the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    pub words: Words<Say>,
    /// By the key of its name, see [`redact::RuleInfo`].
    rules: BTreeMap<String, String>,
}

impl Says {
    pub fn load(language: Language) -> Self {
        let (words, rules) = match language {
            Language::English => (
                include_str!("../../../static/locales/exporting/en.json"),
                include_str!("../../../static/locales/exporting/rules-en.json"),
            ),
            Language::Chinese => (
                include_str!("../../../static/locales/exporting/zh.json"),
                include_str!("../../../static/locales/exporting/rules-zh.json"),
            ),
        };
        let rules = serde_json::from_str(rules).unwrap_or_default();
        Self { words: Words::load(words), rules }
    }

    pub fn rule<'a>(&'a self, name_key: &'a str) -> &'a str {
        self.rules.get(name_key).map_or(name_key, String::as_str)
    }
}

/// The words in the reader's language.
#[hook]
pub fn use_says() -> Rc<Says> {
    use_context::<Rc<Says>>().unwrap_or_else(|| Rc::new(Says::load(Language::default())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::i18n::words::tests::{check_languages, check_used, keys};

    #[test]
    fn both_languages_are_whole_and_used() {
        check_languages(
            &keys::<Say>(),
            include_str!("../../../static/locales/exporting/en.json"),
            include_str!("../../../static/locales/exporting/zh.json"),
        );
        check_used::<Say>("Say");
    }

    #[test]
    fn every_rule_has_a_name() {
        let named = redact::rules().map(|rule| rule.name_key.to_owned());
        let named: BTreeSet<String> =
            named.chain(["redact.known", "redact.own"].map(str::to_owned)).collect();
        check_languages(
            &named,
            include_str!("../../../static/locales/exporting/rules-en.json"),
            include_str!("../../../static/locales/exporting/rules-zh.json"),
        );
    }
}
