use js_sys::Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};
use yew::{NodeRef, hook, use_effect_with, use_state_eq};

/// Width and height of an element's content in whole pixels; zero before it is laid out.
#[hook]
pub fn use_width(node: &NodeRef) -> (u32, u32) {
    let size = use_state_eq(|| (0, 0));
    let setter = size.setter();
    use_effect_with(node.clone(), move |node| {
        let watched = node.cast::<Element>().and_then(|element| {
            let changed = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
                if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
                    let rect = entry.content_rect();
                    setter.set((whole(rect.width()), whole(rect.height())));
                }
            });
            let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, changed))
        });
        move || {
            if let Some((observer, _changed)) = watched {
                observer.disconnect();
            }
        }
    });
    *size
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size on screen")]
fn whole(pixels: f64) -> u32 {
    pixels.max(0.0).floor() as u32
}
