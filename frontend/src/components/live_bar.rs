use yew::{Callback, Html, Properties, classes, function_component, html};

use super::use_texts;
use crate::format::{duration_ms, value};
use crate::hooks::{now_ms, use_tick};
use crate::i18n::{Plural, Text};
use crate::state::{Connection, Live};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub live: Live,
    pub on_hold: Callback<bool>,
}

/// How the live list is doing: connected or not, how fast lines come, what was left out.
#[function_component]
pub fn LiveBar(props: &Props) -> Html {
    let texts = use_texts();
    use_tick(1_000, true);
    let live = &props.live;
    let (class, state) = match &live.connection {
        Connection::Connecting => ("is-waiting", texts.own(Text::LiveConnecting)),
        Connection::Connected if live.held => ("is-held", texts.own(Text::LivePaused)),
        Connection::Connected => ("is-connected", texts.own(Text::LiveFollowing)),
        Connection::Reconnecting { retry_ms, reason } => (
            "is-waiting",
            texts.with(
                Text::LiveReconnecting,
                &[("time", &duration_ms(*retry_ms)), ("reason", &texts.said(reason))],
            ),
        ),
        Connection::Closed => ("is-closed", texts.own(Text::LiveClosed)),
    };
    let rate = (live.rate(now_ms()) * 10.0).round() / 10.0;
    let held = live.held;
    html! {
        <div class={classes!("live-bar", class)} data-testid="live-state" role="status">
            <span class="live-bar__dot" aria-hidden="true"></span>
            <span class="live-bar__state">{ state }</span>
            <span class="live-bar__part">
                { texts.with(Text::LiveRate, &[("rate", &value(rate))]) }
            </span>
            if live.lag_ms > 0 {
                <span class="live-bar__part live-bar__lag">
                    { texts.with(Text::LiveLag, &[("time", &duration_ms(live.lag_ms))]) }
                </span>
            }
            if live.dropped > 0 {
                <span class="live-bar__part live-bar__dropped">
                    { texts.with(Text::LiveDropped, &[
                        ("lines", &texts.count(Plural::LINES, live.dropped)),
                    ]) }
                </span>
            }
            <button
                type="button"
                class="button button--small"
                data-testid="pause"
                aria-pressed={held.to_string()}
                onclick={props.on_hold.reform(move |_| !held)}
            >
                { texts.get(if held { Text::LiveResume } else { Text::LivePause }) }
            </button>
        </div>
    }
}
