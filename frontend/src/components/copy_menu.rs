use assist::{Asked, GrafanaView, Shell, command, grafana_link};
use model::TimeRange;
use yew::{AttrValue, Callback, Html, Properties, function_component, html, use_state_eq};

use super::icon::{Glyph, Icon};
use super::popover::Popover;
use super::use_texts;
use crate::hooks::{Open, base_url, copy, grafana_address, is_report, link, use_open};
use crate::i18n::Text;
use crate::state::{Range, rfc3339, written_out};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub query: AttrValue,
    pub range: Range,
    pub resolved: TimeRange,
}

/// The view for others: as a link, and as commands of other tools.
#[function_component]
pub fn CopyMenu(props: &Props) -> Html {
    let texts = use_texts();
    let Open { is_open, toggle, close } = use_open();
    let copied = use_state_eq(|| None::<Text>);
    let items = [
        (Text::CopyLink, "copy-link"),
        (Text::CopyGrafana, "copy-grafana"),
        (Text::CopyLogpane, "copy-logpane"),
        (Text::CopyExport, "copy-export"),
        (Text::CopyLogcli, "copy-logcli"),
        (Text::CopyCurl, "copy-curl"),
    ];
    // Commands ask a relay.
    let shown = if is_report() { 1 } else { items.len() };
    let choose = {
        let (query, range, resolved) = (props.query.clone(), props.range, props.resolved);
        let (copied, close) = (copied.setter(), close.clone());
        Callback::from(move |item: Text| {
            copy(&text_of(item, &query, range, resolved));
            copied.set(Some(item));
            close.emit(());
        })
    };
    html! {
        <div class="copy-menu">
            <button
                type="button"
                class="button button--small button--ghost"
                data-testid="copy-menu"
                aria-haspopup="dialog"
                aria-expanded={is_open.to_string()}
                title={texts.own(Text::CopyMenuTitle)}
                onclick={toggle}
            >
                <Glyph icon={Icon::Copy} />
                <span>{ texts.get(Text::CopyMenu) }</span>
            </button>
            if is_open {
                <Popover class="menu" label={texts.own(Text::CopyMenuTitle)} on_close={close}>
                    { for items.into_iter().take(shown).map(|(item, testid)| html! {
                        <button
                            type="button"
                            class="menu__item"
                            data-testid={testid}
                            title={(item == Text::CopyGrafana).then(grafana_address)}
                            onclick={choose.reform(move |_| item)}
                        >
                            <Glyph icon={if *copied == Some(item) { Icon::Check } else { Icon::Copy }} />
                            { texts.get(item) }
                        </button>
                    }) }
                </Popover>
            }
        </div>
    }
}

fn text_of(item: Text, query: &str, range: Range, resolved: TimeRange) -> String {
    let query = written_out(query);
    let base = base_url();
    let (from, to) = (rfc3339(resolved.start.0), rfc3339(resolved.end.0));
    let asked = Asked { address: base.trim_end_matches('/'), query: &query, from: &from, to: &to };
    match item {
        Text::CopyGrafana => {
            let (from, to) = match range {
                Range::Last(_) => range.to_text(),
                Range::All | Range::Between { .. } => (
                    resolved.start.0.div_euclid(1_000_000).to_string(),
                    resolved.end.0.div_euclid(1_000_000).to_string(),
                ),
            };
            grafana_link(&GrafanaView { address: grafana_address(), query, from, to })
        }
        Text::CopyLogpane => command(Shell::Logpane, &asked),
        Text::CopyExport => command(Shell::Export, &asked),
        Text::CopyLogcli => command(Shell::Logcli, &asked),
        Text::CopyCurl => command(Shell::Curl, &asked),
        _ => link(),
    }
}
