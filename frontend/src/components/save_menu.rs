use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use super::icon::{Glyph, Icon};
use super::popover::Popover;
use super::use_texts;
use crate::format::grouped;
use crate::hooks::{Open, Saving, use_open};
use crate::i18n::{Plural, Text, Texts};
use crate::state::{Ended, FileFormat, Kind, SAVED_ROWS};
use crate::words::failure;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub kind: Kind,
    pub saving: Saving,
    pub on_save: Callback<FileFormat>,
    /// The page that makes a report of it; none in a report.
    pub report_url: Option<AttrValue>,
}

/// The answer as a file, in the formats that suit it.
#[function_component]
pub fn SaveMenu(props: &Props) -> Html {
    let texts = use_texts();
    let Open { is_open, toggle, close } = use_open();
    let formats = FileFormat::ALL
        .into_iter()
        .filter(|format| props.kind == Kind::Log || *format == FileFormat::Csv);
    html! {
        <div class="copy-menu">
            <button
                type="button"
                class="button button--small button--ghost"
                data-testid="save-menu"
                aria-haspopup="dialog"
                aria-expanded={is_open.to_string()}
                title={texts.own(Text::SaveTitle)}
                onclick={toggle}
            >
                <Glyph icon={Icon::Save} />
                <span class="view-tools__word">{ texts.get(Text::Save) }</span>
            </button>
            if is_open {
                <Popover class="menu" label={texts.own(Text::SaveTitle)} on_close={close}>
                    { for formats.map(|format| html! {
                        <button
                            type="button"
                            class="menu__item"
                            data-testid={format!("save-{}", format.extension())}
                            disabled={props.saving == Saving::Running}
                            onclick={props.on_save.reform(move |_| format)}
                        >
                            <Glyph icon={Icon::File} />
                            { texts.get(match format {
                                FileFormat::Text => Text::SaveLines,
                                FileFormat::Jsonl => Text::SaveJsonl,
                                FileFormat::Csv => Text::SaveCsv,
                            }) }
                        </button>
                    }) }
                    if let Some(url) = &props.report_url {
                        <a
                            class="menu__item"
                            data-testid="save-report"
                            href={url}
                            target="_blank"
                            title={texts.own(Text::SaveReportTitle)}
                        >
                            <Glyph icon={Icon::Share} />
                            { texts.get(Text::SaveReport) }
                        </a>
                    }
                    <p class="menu__said" role="status" data-testid="saved">
                        { said(&texts, &props.saving) }
                    </p>
                </Popover>
            }
        </div>
    }
}

fn said(texts: &Texts, saving: &Saving) -> String {
    match saving {
        Saving::Nothing => String::new(),
        Saving::Running => texts.own(Text::SaveRunning),
        Saving::Ended(Ended::Failed(failed)) => failure(texts, failed).title,
        Saving::Ended(Ended::Whole { rows, older, gaps }) => {
            let lines = texts.count(Plural::LINES, u64::try_from(*rows).unwrap_or(u64::MAX));
            let most = u64::try_from(SAVED_ROWS).unwrap_or(u64::MAX);
            let text = match (older, gaps) {
                (true, _) => Text::SavedNewest,
                (false, 0) => Text::Saved,
                (false, _) => Text::SavedPart,
            };
            texts.with(text, &[("lines", &lines), ("most", &grouped(most))])
        }
    }
}
