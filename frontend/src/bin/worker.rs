//! The query worker: everything is in `frontend::engine::worker`.

fn main() {
    // A worker lives as long as its page wants it to.
    frontend::engine::worker::serve().forget();
}
