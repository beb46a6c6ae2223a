use std::rc::Rc;

use report::NoteWords;
use yew::{
    AttrValue, Callback, Html, Properties, function_component, html, use_effect_with, use_memo,
};

use super::asked::Asked;
use super::contents::Contents;
use super::file::FileCard;
use super::lines::Lines;
use super::maker::use_maker;
use super::message::{Problem, Wording};
use super::redaction::RedactionCard;
use super::say::{Say, Says, use_says};
use super::state::{Action, Stage};
use crate::components::{Glyph, Icon, Notice, Tone, use_texts};
use crate::format::bytes;
use crate::hooks::clock;
use crate::i18n::Texts;
use crate::state::{Language, Zone};
use crate::words::failure;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub language: Language,
}

/// What goes in, what is hidden of it, how it looks then, and the file.
#[function_component]
pub fn Page(props: &Props) -> Html {
    let (texts, says) = (use_texts(), use_says());
    let asked = use_memo((), |()| Asked::of_page());
    let clock = use_memo((), |()| clock(Zone::Local, None));
    let state = use_maker(
        &asked,
        &clock,
        |state| Wording {
            title: state.title.clone(),
            note: state.remark.clone(),
            language: props.language.tag().to_owned(),
            without_script: says.words.own(Say::WithoutScript),
            look: asked.look.clone(),
            about: asked.about,
            attachment: match &state.stage {
                Stage::Saved(_, saved) => Some(saved.name.clone()),
                _ => None,
            },
        },
        || NoteWords {
            trace: says.words.own(Say::PasteTrace),
            context: says.words.own(Say::PasteContext),
            query: says.words.own(Say::PasteQuery),
            attachment: says.words.own(Say::PasteAttached),
            cut: says.words.own(Say::PasteCut),
        },
    );
    use_effect_with(says.words.own(Say::Title), |title| {
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(document) = document {
            document.set_title(&format!("{title} · Logpane"));
        }
    });
    let dispatch = {
        let dispatcher = state.dispatcher();
        Callback::from(move |action| dispatcher.dispatch(action))
    };
    let current = Rc::new((*state).clone());
    let problem = match &state.stage {
        Stage::Failed(problem) => Some(told(&texts, &says, problem, state.found.is_some())),
        _ => None,
    };
    html! {
        <div class="export">
            <header class="header">
                <h1 class="header__brand">
                    <svg class="header__logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                        <rect x="2" y="3" width="20" height="18" rx="4.5" />
                        <path d="M7 8.5h6M7 12h10M7 15.5h4" />
                    </svg>
                    <span>{ "Logpane" }</span>
                </h1>
                <div class="header__tools">
                    <a class="button button--ghost" href={asked.back.clone()} data-testid="back">
                        <Glyph icon={Icon::Back} />
                        { says.words.get(Say::Back) }
                    </a>
                </div>
            </header>
            <main class="export__main">
                <div class="export__intro">
                    <h2>{ says.words.get(Say::Title) }</h2>
                    <p>{ says.words.get(Say::About) }</p>
                </div>
                if let Some((title, detail)) = problem {
                    <div class="export__problem">
                        <Notice
                            text={AttrValue::from(title)}
                            detail={AttrValue::from(detail)}
                            tone={Tone::Error}
                            testid="export-problem"
                        />
                    </div>
                }
                <Contents
                    state={Rc::clone(&current)}
                    asked={Rc::clone(&asked)}
                    clock={Rc::clone(&clock)}
                    dispatch={dispatch.clone()}
                />
                if state.found.is_some() {
                    <FileCard state={Rc::clone(&current)} clock={Rc::clone(&clock)} dispatch={dispatch.clone()} />
                    <RedactionCard state={Rc::clone(&current)} dispatch={dispatch.clone()} />
                    <Lines
                        lines={Rc::new(state.prepared().map(|p| p.lines.clone()).unwrap_or_default())}
                        on_hide={dispatch.reform(Action::Hide)}
                    />
                }
            </main>
        </div>
    }
}

/// What went wrong and what helps.
fn told(texts: &Texts, says: &Says, problem: &Problem, has_lines: bool) -> (String, String) {
    let only = |text: String| (text, String::new());
    match problem {
        Problem::Failure(failed) => {
            let told = failure(texts, failed);
            (told.title, told.detail)
        }
        Problem::Nothing if has_lines => only(says.words.own(Say::NothingLeft)),
        Problem::Nothing => only(says.words.own(Say::Nothing)),
        Problem::Export(export::ExportError::TooLarge { limit }) => {
            let limit = bytes(u64::try_from(*limit).unwrap_or(u64::MAX));
            only(says.words.with(Say::TooLarge, &[("limit", &limit)]))
        }
        Problem::Export(export::ExportError::Filter { message })
        | Problem::Rule { message }
        | Problem::Unwritable { message } => {
            only(says.words.with(Say::Unwritable, &[("reason", &texts.said(message))]))
        }
        Problem::Died { detail } => only(says.words.with(Say::Died, &[("detail", detail)])),
    }
}
