//! Where links for Grafana lead: to the one that a link was pasted from.

use gloo::storage::{LocalStorage, Storage as _};

const ADDRESS: &str = "logpane.grafana";
/// Where a Grafana stands that nobody has said otherwise of.
const DEFAULT: &str = "http://localhost:3000";

pub fn grafana_address() -> String {
    let noted = LocalStorage::raw().get_item(ADDRESS).ok().flatten();
    noted.filter(|noted| is_address(noted)).unwrap_or_else(|| DEFAULT.to_owned())
}

/// The browser remembers it; what is no address is passed over.
pub fn note_grafana(address: &str) {
    if is_address(address) {
        LocalStorage::raw().set_item(ADDRESS, address).ok();
    }
}

fn is_address(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme))
}
