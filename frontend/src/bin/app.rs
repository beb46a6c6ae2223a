//! The page, and each of its query workers: one program, so that nothing is loaded or compiled twice.

fn main() {
    if web_sys::window().is_some() {
        yew::Renderer::<frontend::app::App>::new().render();
    } else {
        // A worker lives as long as its page wants it to.
        frontend::engine::worker::serve().forget();
    }
}
