use std::rc::Rc;

use protocol::share::{Share, Shares};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{
    AttrValue, Callback, Html, Properties, TargetCast as _, function_component, html,
    use_effect_with, use_node_ref, use_state_eq,
};

use super::dialog::Dialog;
use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::format::{Clock, Parts};
use crate::i18n::{Text, Texts};

/// A link as it is being put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub scope: String,
    /// The range moves along with the time.
    pub moving: bool,
    /// None: until it is taken back.
    pub expires_seconds: Option<u64>,
    pub label: String,
}

/// After how long a link can end by itself.
const EXPIRIES: [(Option<u64>, Text); 5] = [
    (Some(3_600), Text::ShareHour),
    (Some(86_400), Text::ShareDay),
    (Some(7 * 86_400), Text::ShareWeek),
    (Some(30 * 86_400), Text::ShareMonth),
    (None, Text::ShareNever),
];

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub draft: Draft,
    /// The page's range reaches up to now.
    pub can_move: bool,
    pub shares: Shares,
    /// The link that was just made; nobody can be told it again.
    pub link: Option<String>,
    /// The same as an image for a phone.
    pub qr: Option<String>,
    pub error: Option<String>,
    /// The page that makes a file of it, for whom no link reaches.
    pub report_url: AttrValue,
    pub clock: Rc<Clock>,
    pub now_ns: i64,
    pub on_draft: Callback<Draft>,
    pub on_create: Callback<()>,
    pub on_revoke: Callback<String>,
    pub on_copy: Callback<String>,
    pub on_close: Callback<()>,
}

/// The sheet that makes read-only links, lists them and takes them back.
#[function_component]
pub fn ShareSheet(props: &Props) -> Html {
    let texts = use_texts();
    let copied = use_state_eq(|| false);
    let first = use_node_ref();
    use_effect_with(props.link.clone(), {
        let copied = copied.setter();
        move |_| copied.set(false)
    });
    let draft = &props.draft;
    let on_label = change(props, |draft, field: HtmlInputElement| draft.label = field.value());
    let on_scope = change(props, |draft, field: HtmlInputElement| draft.scope = field.value());
    let on_moving = {
        let (draft, on_draft) = (draft.clone(), props.on_draft.clone());
        Callback::from(move |event: yew::Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            on_draft.emit(Draft { moving: select.value() == "moving", ..draft.clone() });
        })
    };
    let on_expires = {
        let (draft, on_draft) = (draft.clone(), props.on_draft.clone());
        Callback::from(move |event: yew::Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            on_draft.emit(Draft { expires_seconds: select.value().parse().ok(), ..draft.clone() });
        })
    };
    let onsubmit = props.on_create.reform(|event: yew::SubmitEvent| event.prevent_default());
    html! {
        <Dialog name="share-sheet" title={Text::ShareTitle} class="share" first={first.clone()} on_close={props.on_close.clone()}>
            <p class="share__about">{ texts.get(Text::ShareAbout) }</p>
            <form class="share__form" {onsubmit}>
                <label class="share__field share__field--wide">
                    <span>{ texts.get(Text::ShareScope) }</span>
                    <input ref={first} class="share__code" data-testid="share-scope" spellcheck="false" autocomplete="off" value={draft.scope.clone()} oninput={on_scope} />
                </label>
                <label class="share__field">
                    <span>{ texts.get(Text::ShareRange) }</span>
                    <select data-testid="share-range" onchange={on_moving}>
                        <option value="fixed" selected={!draft.moving}>{ texts.get(Text::ShareFixed) }</option>
                        if props.can_move {
                            <option value="moving" selected={draft.moving}>{ texts.get(Text::ShareMoving) }</option>
                        }
                    </select>
                </label>
                <label class="share__field">
                    <span>{ texts.get(Text::ShareExpires) }</span>
                    <select data-testid="share-expires" onchange={on_expires}>
                        { for EXPIRIES.iter().map(|(seconds, text)| html! {
                            <option
                                value={seconds.map_or_else(|| "never".to_owned(), |s| s.to_string())}
                                selected={draft.expires_seconds == *seconds}
                            >
                                { texts.get(*text) }
                            </option>
                        }) }
                    </select>
                </label>
                <label class="share__field">
                    <span>{ texts.get(Text::ShareLabel) }</span>
                    <input data-testid="share-label" maxlength="200" autocomplete="off" placeholder={texts.own(Text::ShareLabelHint)} value={draft.label.clone()} oninput={on_label} />
                </label>
                <button type="submit" class="button button--primary share__make" data-testid="share-create" disabled={draft.scope.trim().is_empty()}>
                    { texts.get(Text::ShareCreate) }
                </button>
            </form>
            if let Some(reason) = &props.error {
                <p class="share__error" role="alert" data-testid="share-error">{ texts.said(reason) }</p>
            }
            if let Some(link) = &props.link {
                <div class="share__link" role="status">
                    <input readonly=true class="share__code" data-testid="share-link" aria-label={texts.own(Text::ShareLink)} value={link.clone()} />
                    <button
                        type="button"
                        class="button"
                        data-testid="share-copy"
                        onclick={
                            let (on_copy, link, copied) = (props.on_copy.clone(), link.clone(), copied.setter());
                            Callback::from(move |_| {
                                on_copy.emit(link.clone());
                                copied.set(true);
                            })
                        }
                    >
                        <Glyph icon={if *copied { Icon::Check } else { Icon::Copy }} />
                        <span>{ texts.get(if *copied { Text::Copied } else { Text::ShareCopy }) }</span>
                    </button>
                </div>
                <p class="share__hint">{ texts.get(Text::ShareOnce) }</p>
                if let Some(url) = &props.qr {
                    <img class="share__qr" data-testid="share-qr" alt={texts.own(Text::ShareQr)} src={url.clone()} />
                }
            }
            if props.shares.loopback_only {
                <p class="share__hint share__hint--warning" data-testid="share-loopback">
                    <Glyph icon={Icon::Warning} />
                    <span>
                        { texts.get(Text::ShareLoopback) }
                        { " " }
                        <a href={&props.report_url} target="_blank" data-testid="share-report">
                            { texts.get(Text::SaveReport) }
                        </a>
                    </span>
                </p>
            }
            if !props.shares.shares.is_empty() {
                <h3 class="share__heading">{ texts.get(Text::ShareList) }</h3>
                <ul class="share__list" data-testid="share-list">
                    { for props.shares.shares.iter().map(|share| row(props, &texts, share)) }
                </ul>
            }
        </Dialog>
    }
}

fn change(
    props: &Props,
    set: impl Fn(&mut Draft, HtmlInputElement) + 'static,
) -> Callback<yew::InputEvent> {
    let (draft, on_draft) = (props.draft.clone(), props.on_draft.clone());
    Callback::from(move |event: yew::InputEvent| {
        let mut draft = draft.clone();
        set(&mut draft, event.target_unchecked_into());
        on_draft.emit(draft);
    })
}

fn row(props: &Props, texts: &Texts, share: &Share) -> Html {
    let ends = match share.expires {
        None => texts.own(Text::ShareEndless),
        Some(at) if at.0 <= props.now_ns => texts.own(Text::ShareExpired),
        Some(at) => {
            texts.with(Text::ShareUntil, &[("time", &props.clock.stamp(at.0, Parts::DateMinute))])
        }
    };
    let used = match share.last_used {
        None => texts.own(Text::ShareUnused),
        Some(at) => texts.with(
            Text::ShareUsed,
            &[
                ("n", &share.uses.to_string()),
                ("time", &props.clock.stamp(at.0, Parts::DateMinute)),
            ],
        ),
    };
    let name = if share.label.is_empty() { &share.id } else { &share.label };
    let id = share.id.clone();
    html! {
        <li class="share__row" key={share.id.clone()}>
            <div class="share__what">
                <strong>{ AttrValue::from(name.clone()) }</strong>
                <code>{ &share.scope }</code>
                <span>{ format!("{ends} · {used}") }</span>
            </div>
            <button
                type="button"
                class="button button--small"
                data-testid="share-revoke"
                onclick={props.on_revoke.reform(move |_| id.clone())}
            >
                { texts.get(Text::ShareRevoke) }
            </button>
        </li>
    }
}
