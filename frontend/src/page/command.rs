//! What the page can be told to do, by key or by name.

use crate::i18n::Text;
use crate::state::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Palette,
    FocusQuery,
    Run,
    Escape,
    /// Rows down, or up.
    Move(i32),
    First,
    Last,
    Open,
    Wrap,
    Live,
    ZoomOut,
    Back,
    Context,
    Table,
    Zone,
    Theme,
    Language,
    CopyLink,
    /// The page that makes a report of what is shown.
    Report,
    Range(Range),
    Share,
    Sources,
    Alerts,
    Help,
}

/// A command that can be called by its name, and its key if it has one.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    pub command: Command,
    pub text: Text,
    pub key: Option<&'static str>,
}

const fn listed(command: Command, text: Text, key: Option<&'static str>) -> Listed {
    Listed { command, text, key }
}

/// In the order they are shown; ranges apart.
pub const COMMANDS: [Listed; 18] = [
    listed(Command::FocusQuery, Text::KeyQuery, Some("/")),
    listed(Command::Run, Text::CommandRun, None),
    listed(Command::Live, Text::KeyLive, Some("l")),
    listed(Command::Context, Text::KeyContext, Some("c")),
    listed(Command::ZoomOut, Text::KeyZoomOut, Some("z")),
    listed(Command::Back, Text::KeyBack, Some("b")),
    listed(Command::Wrap, Text::KeyWrap, Some("w")),
    listed(Command::Table, Text::KeyTable, Some("t")),
    listed(Command::Zone, Text::CommandZone, None),
    listed(Command::CopyLink, Text::CommandCopyLink, None),
    listed(Command::Report, Text::SaveReport, None),
    listed(Command::Share, Text::ShareTitle, Some("s")),
    listed(Command::Sources, Text::KeySources, Some("f")),
    listed(Command::Alerts, Text::KeyAlerts, Some("a")),
    listed(Command::Theme, Text::CommandTheme, None),
    listed(Command::Language, Text::CommandLanguage, None),
    listed(Command::Help, Text::KeyHelp, Some("?")),
    listed(Command::Range(Range::All), Text::RangeAll, None),
];

impl Command {
    /// Nothing for who was given a link.
    pub const fn is_of_owner(self) -> bool {
        matches!(self, Self::Share | Self::Sources | Self::Alerts)
    }
}
