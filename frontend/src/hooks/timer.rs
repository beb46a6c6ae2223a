use gloo::timers::callback::Interval;
use yew::{hook, use_effect_with, use_state};

/// Renders the component again every `ms` milliseconds while `on`.
#[hook]
pub fn use_tick(ms: u32, on: bool) {
    let ticks = use_state(|| 0_u32);
    let setter = ticks.setter();
    use_effect_with(on, move |on| {
        let count = std::cell::Cell::new(0_u32);
        let interval = on.then(|| {
            Interval::new(ms, move || {
                count.set(count.get().wrapping_add(1));
                setter.set(count.get());
            })
        });
        move || drop(interval)
    });
}
