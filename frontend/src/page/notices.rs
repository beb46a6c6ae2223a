use std::rc::Rc;

use logql::hint::HintKind;
use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use crate::components::{Notice, Tone, use_texts};
use crate::engine::message::Failure;
use crate::format::{Clock, Parts, grouped};
use crate::hooks::Visitor;
use crate::i18n::{Plural, Text, Texts};
use crate::state::{Explore, ExploreAction, Fingerprint, Phase, Results, everything};
use crate::words::{failure, hint, range_label};

#[derive(Clone, Properties)]
pub struct Props {
    pub explore: Rc<Explore>,
    pub results: Rc<Results>,
    pub clock: Rc<Clock>,
    pub dispatch: Callback<ExploreAction>,
    /// What the answer holds.
    pub shown: Option<Fingerprint>,
    pub jump_seen: bool,
    /// The relay has another viewer than this page.
    pub is_outdated: bool,
    pub visitor: Visitor,
    pub on_jump_seen: Callback<()>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.results, &other.results)
            && self.explore == other.explore
            && self.clock == other.clock
            && self.shown == other.shown
            && self.jump_seen == other.jump_seen
            && self.is_outdated == other.is_outdated
            && self.visitor == other.visitor
    }
}

/// What the page has to say beside the answer.
#[function_component]
pub fn Notices(props: &Props) -> Html {
    let texts = use_texts();
    let results = &props.results;
    let mut notices = Vec::new();
    notices.extend(about_share(&texts, &props.visitor, &props.clock));
    if let Phase::Failed(failed) = &results.phase {
        // A mistake in the query is shown where it stands.
        if !matches!(failed, Failure::Query(_)) {
            let told = failure(&texts, failed);
            let (name, act) = if told.reload {
                (Text::Reload, Callback::from(|()| reload()))
            } else {
                (Text::TryAgain, props.dispatch.reform(|()| ExploreAction::Again))
            };
            notices.push(html! {
                <Notice
                    text={told.title}
                    detail={told.detail}
                    tone={Tone::Error}
                    testid="failure"
                    action={(AttrValue::from(texts.own(name)), act)}
                />
            });
        }
    }
    if props.is_outdated {
        notices.push(html! {
            <Notice
                text={texts.own(Text::Outdated)}
                testid="outdated"
                action={(AttrValue::from(texts.own(Text::Reload)), Callback::from(|()| reload()))}
            />
        });
    }
    if let Some(context) = &props.explore.view.context {
        let time = props.clock.stamp(context.around.timestamp, Parts::Full);
        notices.push(html! {
            <Notice
                text={texts.with(Text::ContextAround, &[("time", &time)])}
                detail={context.query.clone()}
                testid="around"
                action={(
                    AttrValue::from(texts.own(Text::ContextBack)),
                    props.dispatch.reform(|()| ExploreAction::CloseContext),
                )}
            />
        });
    }
    if let (Some(then), Some(now)) = (props.explore.view.fingerprint, props.shown) {
        let text = if then == now {
            texts.own(Text::SameData)
        } else {
            let (then, now) = (grouped(then.count), grouped(now.count));
            texts.with(Text::OtherData, &[("then", &then), ("now", &now)])
        };
        notices.push(html! { <Notice {text} testid="fingerprint" /> });
    }
    if props.explore.pasted {
        let range = range_label(&texts, &props.clock, props.explore.range());
        notices.push(html! {
            <Notice text={texts.with(Text::Pasted, &[("range", &range)])} testid="pasted" />
        });
    }
    if props.explore.jumped && !props.jump_seen {
        let range = range_label(&texts, &props.clock, props.explore.range());
        notices.push(html! {
            <Notice
                text={texts.with(Text::Jumped, &[("range", &range)])}
                testid="jumped"
                on_close={props.on_jump_seen.clone()}
            />
        });
    }
    if let Some(hidden) = results.hidden.as_ref().and_then(|hidden| hidden.found)
        && hidden > 0
    {
        let lines = texts.count(Plural::LINES, hidden);
        let show = props.dispatch.reform(|()| ExploreAction::Run(everything()));
        notices.push(html! {
            <Notice
                text={texts.with(Text::DebugHidden, &[("lines", &lines)])}
                testid="debug-hidden"
                action={(AttrValue::from(texts.own(Text::DebugShow)), show)}
            />
        });
    }
    let exact = results.num_matches();
    let case = results.case.as_ref().zip(exact).and_then(|(case, exact)| case.hint(exact));
    for found in results.hints.iter().flatten().chain(&case) {
        let name = match found.kind {
            HintKind::Case { .. } => Text::HintCaseAction,
            _ => Text::HintAction,
        };
        let action = found.query.clone().map(|query| {
            let act = props.dispatch.reform(move |()| ExploreAction::Run(query.clone()));
            (AttrValue::from(texts.own(name)), act)
        });
        notices.push(html! {
            <Notice
                text={hint(&texts, &found.kind)}
                detail={found.query.clone().map(AttrValue::from).unwrap_or_default()}
                testid="hint"
                {action}
            />
        });
    }
    html! { { for notices } }
}

/// What a shared link shows, to who was given it.
fn about_share(texts: &Texts, visitor: &Visitor, clock: &Clock) -> Option<Html> {
    match visitor {
        Visitor::Owner | Visitor::Reader | Visitor::Guest(None) => None,
        Visitor::Guest(Some(held)) => {
            let until = match held.expires {
                Some(at) => {
                    texts.with(Text::ShareUntil, &[("time", &clock.stamp(at.0, Parts::DateMinute))])
                }
                None => texts.own(Text::ShareEndless),
            };
            let text = if held.label.is_empty() {
                texts.with(Text::SharedView, &[("until", &until)])
            } else {
                texts.with(Text::SharedNamed, &[("label", &held.label), ("until", &until)])
            };
            Some(html! { <Notice {text} detail={held.scope.clone()} testid="shared" /> })
        }
        Visitor::Refused(reason) => Some(html! {
            <Notice
                text={texts.own(Text::ShareRefused)}
                detail={texts.said(reason)}
                tone={Tone::Error}
                testid="share-refused"
            />
        }),
    }
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // A page that cannot be reloaded is not there any more.
        window.location().reload().ok();
    }
}
