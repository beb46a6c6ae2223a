use std::rc::Rc;

use model::TimeRange;
use protocol::share::{NewShare, Shares};
use yew::{Callback, Html, Properties, function_component, html, use_effect_with, use_state_eq};

use crate::components::{Draft, ShareSheet};
use crate::format::Clock;
use crate::hooks::{
    base_url, copy, create_share, fingerprint, image_url, list_shares, now_ns, revoke_share,
};
use crate::state::{Range, View, report_url, scope_of, share_range, written_out};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub view: View,
    pub range: Range,
    pub resolved: TimeRange,
    pub clock: Rc<Clock>,
    pub on_close: Callback<()>,
}

/// Makes, lists and ends links to what the page shows.
#[function_component]
pub fn Sharing(props: &Props) -> Html {
    let moves = matches!(props.range, Range::Last(_));
    let draft = use_state_eq(|| Draft {
        scope: scope_of(&props.view.query),
        moving: false,
        expires_seconds: Some(7 * 86_400),
        label: String::new(),
    });
    let shares = use_state_eq(Shares::default);
    let link = use_state_eq(|| None::<String>);
    let qr = use_state_eq(|| None::<String>);
    let error = use_state_eq(|| None::<String>);
    // Counts what was changed: the list is asked for anew.
    let changes = use_state_eq(|| 0_u32);

    use_effect_with(*changes, {
        let (shares, error) = (shares.setter(), error.setter());
        move |_| {
            wasm_bindgen_futures::spawn_local(async move {
                match list_shares(&base_url()).await {
                    Ok(listed) => shares.set(listed),
                    Err(reason) => error.set(Some(reason)),
                }
            });
        }
    });
    let on_create = {
        let (draft, link, qr, error) = (draft.clone(), link.setter(), qr.setter(), error.setter());
        let (changes, num) = (changes.setter(), *changes);
        let (view, range, resolved) = (props.view.clone(), props.range, props.resolved);
        Callback::from(move |()| {
            let range = share_range(range, resolved, draft.moving);
            let view =
                View { share: None, live: false, fingerprint: fingerprint(), ..view.clone() };
            let new = NewShare {
                scope: draft.scope.clone(),
                range,
                expires_seconds: draft.expires_seconds,
                label: draft.label.clone(),
                view: view.encode(),
                base: base_url(),
            };
            let (link, qr, error) = (link.clone(), qr.clone(), error.clone());
            let changes = changes.clone();
            wasm_bindgen_futures::spawn_local(async move {
                let base = base_url();
                match create_share(&base, &new).await {
                    Ok(created) => {
                        link.set(Some(format!("{base}#share={}", created.token)));
                        qr.set(created.qr.as_deref().map(image_url));
                        error.set(None);
                        changes.set(num + 1);
                    }
                    Err(reason) => error.set(Some(reason)),
                }
            });
        })
    };
    let on_revoke = {
        let (error, changes, num) = (error.setter(), changes.setter(), *changes);
        Callback::from(move |id: String| {
            let (error, changes) = (error.clone(), changes.clone());
            wasm_bindgen_futures::spawn_local(async move {
                match revoke_share(&base_url(), &id).await {
                    Ok(()) => changes.set(num + 1),
                    Err(reason) => error.set(Some(reason)),
                }
            });
        })
    };
    let on_draft = {
        let (draft, link) = (draft.setter(), link.setter());
        Callback::from(move |changed| {
            draft.set(changed);
            link.set(None);
        })
    };
    html! {
        <ShareSheet
            draft={(*draft).clone()}
            can_move={moves}
            shares={(*shares).clone()}
            link={(*link).clone()}
            qr={(*qr).clone()}
            error={(*error).clone()}
            report_url={report_url(&props.view, &written_out(&props.view.query), props.resolved)}
            clock={Rc::clone(&props.clock)}
            now_ns={now_ns()}
            {on_draft}
            {on_create}
            {on_revoke}
            on_copy={Callback::from(|text: String| copy(&text))}
            on_close={props.on_close.clone()}
        />
    }
}
