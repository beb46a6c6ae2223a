//! The page that makes a report, and its worker: one program.

fn main() {
    if web_sys::window().is_some() {
        yew::Renderer::<frontend::exporting::App>::new().render();
    } else {
        // A worker lives as long as its page wants it to.
        frontend::exporting::worker::serve().forget();
    }
}
