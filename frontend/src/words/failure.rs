use crate::engine::message::Failure;
use crate::format::bytes;
use crate::i18n::{Text, Texts};

/// A failure as a person is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub title: String,
    /// What exactly, in the words of whoever noticed it.
    pub detail: String,
    /// Loading the page again helps.
    pub reload: bool,
}

pub fn failure(texts: &Texts, failure: &Failure) -> Told {
    let told = |title, detail: &str, reload| Told {
        title: texts.own(title),
        detail: texts.said(detail),
        reload,
    };
    match failure {
        Failure::Query(error) => told(Text::FailedQuery, &error.message, false),
        Failure::Offline { detail } => told(Text::FailedOffline, detail, false),
        Failure::Refused { status, message } => Told {
            title: texts.with(Text::FailedRefused, &[("status", &status.to_string())]),
            detail: texts.said(message),
            reload: false,
        },
        Failure::Unreadable { detail } => told(Text::FailedUnreadable, detail, true),
        Failure::Died { detail } => told(Text::FailedDied, detail, false),
        Failure::Memory { budget_bytes } => Told {
            title: texts.with(Text::FailedMemory, &[("budget", &bytes(*budget_bytes))]),
            detail: texts.own(Text::FailedMemoryHelp),
            reload: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Language;

    #[test]
    fn a_failure_says_what_helps() {
        let texts = Texts::load(Language::English);
        let offline = failure(&texts, &Failure::Offline { detail: "connection refused".into() });
        assert_eq!(offline.detail, "connection refused");
        assert!(!offline.reload);
        assert!(failure(&texts, &Failure::Unreadable { detail: String::new() }).reload);
        let memory = failure(&texts, &Failure::Memory { budget_bytes: 512_000_000 });
        assert!(memory.title.contains("512 MB"), "{memory:?}");
    }
}
