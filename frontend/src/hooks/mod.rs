//! What ties the page to the browser: its URL, its storage, its clock, its sizes, its engine.

mod browser;
mod dark;
mod history;
mod keys;
mod location;
mod open;
mod place;
mod session;
mod settings;
mod shares;
mod size;
mod status;
mod streams;
mod survivors;
mod timer;

pub use browser::{base_url, clock, copy, has_text_selected, location, moment_of, now_ms, now_ns};
pub use dark::use_dark;
pub use history::use_history;
pub use keys::{Key, use_keys};
pub use location::use_explore;
pub use open::{Open, use_open};
pub use place::use_place;
pub use session::{Session, use_session};
pub use settings::{SettingsHandle, use_settings};
pub use shares::{Visitor, create_share, list_shares, revoke_share, use_visitor};
pub use size::use_width;
pub use status::{Known, use_status};
pub use streams::use_streams;
pub use survivors::{When, use_survivors};
pub use timer::use_tick;
