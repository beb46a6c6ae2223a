use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent};
use yew::{hook, use_effect, use_mut_ref};

/// A key as the page's shortcuts see it.
#[derive(Clone, Debug)]
pub struct Key {
    event: KeyboardEvent,
    /// As the browser names it: `j`, `Enter`, `ArrowDown`.
    pub name: String,
    /// Typed into a field: only Escape and combinations are shortcuts then.
    pub in_field: bool,
    /// On a button or the like, which has its own meaning for Enter and Space.
    pub on_control: bool,
    pub with_command: bool,
}

impl Key {
    fn of(event: KeyboardEvent) -> Self {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let within = |selector: &str| {
            target
                .as_ref()
                .is_some_and(|element| element.closest(selector).ok().flatten().is_some())
        };
        Self {
            name: event.key(),
            in_field: within("input, textarea, select, [contenteditable]"),
            on_control: within("button, a, summary, [role=slider]"),
            with_command: event.ctrl_key() || event.meta_key() || event.alt_key(),
            event,
        }
    }

    /// The browser must not act on it as well.
    pub fn taken(&self) {
        self.event.prevent_default();
    }

    /// Somebody closer to the target has acted on it.
    pub fn is_taken(&self) -> bool {
        self.event.default_prevented()
    }
}

/// Hears the keys of the whole page; `on_key` is always the one of the last render.
#[hook]
pub fn use_keys(on_key: impl Fn(Key) + 'static) {
    type Heard = Option<Box<dyn Fn(Key)>>;
    let latest = use_mut_ref(|| -> Heard { None });
    *latest.borrow_mut() = Some(Box::new(on_key));
    let listening = use_mut_ref(|| -> Option<EventListener> { None });
    use_effect(move || {
        let mut listening = listening.borrow_mut();
        if listening.is_none()
            && let Some(document) = web_sys::window().and_then(|window| window.document())
        {
            let options = EventListenerOptions::enable_prevent_default();
            *listening = Some(EventListener::new_with_options(
                &document,
                "keydown",
                options,
                move |event| {
                    if let Ok(event) = event.clone().dyn_into::<KeyboardEvent>()
                        && !event.is_composing()
                        && let Some(on_key) = &*latest.borrow()
                    {
                        on_key(Key::of(event));
                    }
                },
            ));
        }
    });
}
