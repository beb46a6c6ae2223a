use std::rc::Rc;

use protocol::views::{NamedView, NamedViews, NewView};
use yew::{
    AttrValue, Callback, Html, Properties, function_component, html, use_effect_with, use_memo,
    use_state_eq,
};

use super::command::{COMMANDS, Command};
use crate::components::{Choice, Icon, Palette as PaletteDialog, use_texts};
use crate::format::Clock;
use crate::hooks::{base_url, forget_view, is_report, list_views, past_queries, save_view};
use crate::i18n::{Text, Texts};
use crate::state::{ExploreAction, RELATIVE_NS, Range, View, found, is_words, written_out};
use crate::words::range_label;

/// Queries shown of those that ran before while nothing is typed.
const RECENT: usize = 5;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub view: View,
    /// Whether views are kept for whoever opened the page.
    pub is_owner: bool,
    pub clock: Rc<Clock>,
    pub dispatch: Callback<ExploreAction>,
    pub on_command: Callback<Command>,
    pub on_close: Callback<()>,
}

/// What a choice does.
#[derive(Clone, Debug, PartialEq)]
enum Pick {
    /// Asks for a name for what is shown.
    Name,
    Save(String),
    View(NamedView),
    Command(Command),
    Query(String),
}

/// Everything that can be chosen by a few letters.
#[function_component]
pub fn PalettePage(props: &Props) -> Html {
    let texts = use_texts();
    let typed = use_state_eq(String::new);
    // What is typed is the name of the view.
    let naming = use_state_eq(|| false);
    let views = use_state_eq(NamedViews::default);
    let problem = use_state_eq(|| None::<String>);
    use_effect_with(props.is_owner, {
        let (views, problem) = (views.setter(), problem.setter());
        move |is_owner| {
            if *is_owner {
                wasm_bindgen_futures::spawn_local(async move {
                    match list_views(&base_url()).await {
                        Ok(listed) => views.set(listed),
                        Err(reason) => problem.set(Some(reason)),
                    }
                });
            }
        }
    });
    let past = use_memo((), |()| past_queries());
    let range = |range| range_label(&texts, &props.clock, range);
    let picks = if *naming {
        let name = typed.trim();
        let save = (!name.is_empty()).then(|| Pick::Save(name.to_owned()));
        save.map(|pick| (choice_of(&texts, &range, &pick), pick)).into_iter().collect()
    } else {
        picks(props, &texts, &range, &views, &past, &typed)
    };
    let (choices, picks): (Vec<Choice>, Vec<Pick>) = picks.into_iter().unzip();
    let on_pick = {
        let (picks, props) = (picks.clone(), props.clone());
        let (naming, typed) = (naming.setter(), typed.setter());
        let (problem, views) = (problem.setter(), views.setter());
        Callback::from(move |at: usize| {
            match picks.get(at).cloned() {
                None => return,
                Some(Pick::Name) => {
                    naming.set(true);
                    typed.set(String::new());
                    return;
                }
                Some(Pick::Save(name)) => {
                    let view = View { share: None, ..props.view.clone() }.encode();
                    let (problem, views) = (problem.clone(), views.clone());
                    let on_close = props.on_close.clone();
                    wasm_bindgen_futures::spawn_local(async move {
                        match save_view(&base_url(), &NewView { name, view }).await {
                            Ok(listed) => {
                                views.set(listed);
                                on_close.emit(());
                            }
                            Err(reason) => problem.set(Some(reason)),
                        }
                    });
                    return;
                }
                Some(Pick::View(named)) => {
                    let view =
                        View { share: props.view.share.clone(), ..View::decode(&named.view) };
                    props.dispatch.emit(ExploreAction::Navigate(view));
                }
                Some(Pick::Query(query)) => props.dispatch.emit(ExploreAction::Run(query)),
                Some(Pick::Command(command)) => {
                    // It may open a dialog of its own.
                    props.on_close.emit(());
                    props.on_command.emit(command);
                    return;
                }
            }
            props.on_close.emit(());
        })
    };
    let on_forget = {
        let (problem, views) = (problem.setter(), views.setter());
        Callback::from(move |at: usize| {
            let Some(Pick::View(NamedView { id, .. })) = picks.get(at).cloned() else { return };
            let (problem, views) = (problem.clone(), views.clone());
            wasm_bindgen_futures::spawn_local(async move {
                match forget_view(&base_url(), &id).await {
                    Ok(listed) => views.set(listed),
                    Err(reason) => problem.set(Some(reason)),
                }
            });
        })
    };
    html! {
        <PaletteDialog
            choices={Rc::new(choices)}
            typed={(*typed).clone()}
            placeholder={texts.own(if *naming { Text::PaletteName } else { Text::PaletteHint })}
            problem={(*problem).clone()}
            on_type={
                let typed = typed.setter();
                Callback::from(move |text| typed.set(text))
            }
            {on_pick}
            {on_forget}
            on_close={props.on_close.clone()}
        />
    }
}

/// What fits to what is typed, in its groups.
fn picks(
    props: &Props,
    texts: &Texts,
    range: &impl Fn(Range) -> String,
    views: &NamedViews,
    past: &[String],
    typed: &str,
) -> Vec<(Choice, Pick)> {
    let named = views.views.iter().cloned().map(Pick::View);
    let save = props.is_owner.then_some(Pick::Name);
    let commands = COMMANDS
        .iter()
        .map(|listed| listed.command)
        .filter(|command| props.is_owner || !command.is_of_owner())
        .filter(|command| !matches!(command, Command::Live | Command::Report) || !is_report())
        .chain(RELATIVE_NS.map(|ns| Command::Range(Range::Last(ns))))
        .map(Pick::Command);
    let few = if typed.trim().is_empty() { RECENT } else { usize::MAX };
    let queries = past.iter().take(few).cloned().map(Pick::Query);
    let groups: [Vec<Pick>; 3] =
        [named.chain(save).collect(), queries.collect(), commands.collect()];
    let mut fitting: Vec<(Choice, Pick)> = Vec::new();
    for group in groups {
        let all: Vec<(Choice, Pick)> =
            group.into_iter().map(|pick| (choice_of(texts, range, &pick), pick)).collect();
        let order = found(all.iter().map(|(choice, _)| choice.name.as_str()), typed);
        fitting.extend(order.into_iter().filter_map(|at| all.get(at).cloned()));
    }
    // What is no name of anything is what somebody looks for.
    let words = typed.trim();
    if !words.is_empty() && (is_words(words) || logql::parse(words).is_ok()) {
        let pick = Pick::Query(written_out(words));
        let search = Choice {
            group: Text::PaletteSearch,
            icon: Icon::Search,
            ..choice_of(texts, range, &pick)
        };
        fitting.push((search, pick));
    }
    fitting
}

fn choice_of(texts: &Texts, range: &impl Fn(Range) -> String, pick: &Pick) -> Choice {
    let choice = |group, icon, name: String| Choice {
        group,
        icon,
        name: AttrValue::from(name),
        detail: AttrValue::default(),
        is_code: false,
        can_go: false,
    };
    match pick {
        Pick::Name => choice(Text::PaletteViews, Icon::Plus, texts.own(Text::PaletteSave)),
        Pick::Save(name) => choice(
            Text::PaletteViews,
            Icon::Plus,
            texts.with(Text::PaletteSaveAs, &[("name", name)]),
        ),
        Pick::View(named) => {
            Choice { can_go: true, ..choice(Text::PaletteViews, Icon::Star, named.name.clone()) }
        }
        Pick::Query(query) => {
            Choice { is_code: true, ..choice(Text::PaletteQueries, Icon::Clock, query.clone()) }
        }
        Pick::Command(Command::Range(of @ Range::Last(_))) => {
            choice(Text::PaletteCommands, Icon::Clock, range(*of))
        }
        Pick::Command(command) => {
            let listed = COMMANDS.iter().find(|listed| listed.command == *command);
            let (text, key) = listed.map_or((Text::KeyHelp, None), |l| (l.text, l.key));
            Choice {
                detail: AttrValue::from(key.unwrap_or_default()),
                ..choice(Text::PaletteCommands, Icon::Next, texts.own(text))
            }
        }
    }
}
