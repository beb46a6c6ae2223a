//! The page.

use frontend::engine::client::Engine;
use frontend::engine::message::{Priority, QueryRequest, Settings};
use yew::prelude::*;

#[component]
fn App() -> Html {
    let text = use_state(String::new);
    let handle = use_mut_ref(|| None);
    {
        let text = text.clone();
        use_effect_with((), move |()| {
            let engine = Engine::start(Settings::default());
            let query = QueryRequest {
                text: r#"{job=~".+"}"#.into(),
                params: logql::Params {
                    kind: logql::QueryKind::Instant { at: 0 },
                    limit: 1,
                    direction: logql::Direction::Backward,
                    max_series: 1,
                    cursor: None,
                },
                base: "".into(),
                priority: Priority::Foreground,
            };
            let on_event = Callback::from(move |event| text.set(format!("{event:?}")));
            *handle.borrow_mut() = Some((engine.query(query, on_event), engine));
        });
    }
    html! { <p>{ (*text).clone() }</p> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
