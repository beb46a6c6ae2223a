//! Shared links: what this page was opened with, and those its owner makes.

use std::rc::Rc;

use protocol::share::{CreatedShare, HeldShare, NewShare, Shares};
use yew::{UseReducerHandle, hook, use_effect_with, use_state_eq};

use super::api;
use super::browser::{get, share_token};
use super::report::is_report;
use crate::state::{Explore, ExploreAction, View, first_view};

/// Whose page this is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Visitor {
    #[default]
    Owner,
    /// Of a report, which is a file.
    Reader,
    /// Of a shared link; None until the relay has told what it shows.
    Guest(Option<Rc<HeldShare>>),
    /// Of a link that does not work, and what the relay says about it.
    Refused(String),
}

/// Learns what the link shows, and shows it where the address says nothing else.
#[hook]
pub fn use_visitor(base: &str, explore: &UseReducerHandle<Explore>) -> Visitor {
    let visitor = use_state_eq(|| match share_token() {
        _ if is_report() => Visitor::Reader,
        Some(_) => Visitor::Guest(None),
        None => Visitor::Owner,
    });
    let (setter, dispatcher) = (visitor.setter(), explore.dispatcher());
    let is_bare = |view: &View| view.query.is_empty() && view.range.is_none();
    let opens = is_bare(&explore.view);
    let url = format!("{base}api/share");
    use_effect_with(explore.view.share.clone(), move |token| {
        if let Some(token) = token.clone().filter(|_| !is_report()) {
            wasm_bindgen_futures::spawn_local(async move {
                match api::read::<HeldShare>(get(&url).send().await).await {
                    Ok(held) => {
                        if opens {
                            let view = first_view(&held, &token);
                            dispatcher.dispatch(ExploreAction::Navigate(view));
                        }
                        setter.set(Visitor::Guest(Some(Rc::new(held))));
                    }
                    Err(reason) => setter.set(Visitor::Refused(reason)),
                }
            });
        }
    });
    (*visitor).clone()
}

/// Makes a link.
pub async fn create_share(base: &str, new: &NewShare) -> Result<CreatedShare, String> {
    api::post(base, "api/shares", new).await
}

/// The links there are.
pub async fn list_shares(base: &str) -> Result<Shares, String> {
    api::get(base, "api/shares").await
}

/// Ends a link.
pub async fn revoke_share(base: &str, id: &str) -> Result<(), String> {
    let sent = api::delete(base, &format!("api/shares/{id}")).await;
    let response = sent.map_err(|error| error.to_string())?;
    // One that is gone already has ended too.
    if response.ok() || response.status() == 404 {
        Ok(())
    } else {
        Err(api::message(response).await)
    }
}
