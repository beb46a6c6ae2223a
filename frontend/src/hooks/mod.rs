//! What ties the page to the browser: its URL, its storage, its clock, its sizes, its engine.

mod alerts;
mod api;
mod browser;
mod dark;
mod grafana;
mod history;
mod keys;
mod link;
mod location;
mod open;
mod place;
mod report;
mod save;
mod session;
mod settings;
mod shares;
mod size;
mod sources;
mod status;
mod streams;
mod survivors;
mod timer;
mod views;

pub use alerts::{time_of, try_receiver, use_alerts};
pub use browser::{
    base_url, clock, copy, has_text_selected, image_url, location, moment_of, now_ms, now_ns,
    open_page, selected_text,
};
pub use dark::use_dark;
pub use grafana::{grafana_address, note_grafana};
pub use history::{past_queries, use_history};
pub use keys::{Key, use_keys};
pub use link::{fingerprint, link, use_fingerprint};
pub use location::use_explore;
pub use open::{Open, use_open};
pub use place::use_place;
pub use report::{is_report, report};
pub use save::{Saving, hand_over, use_save};
pub use session::{Session, use_session};
pub use settings::{SettingsHandle, use_settings};
pub use shares::{Visitor, create_share, list_shares, revoke_share, use_visitor};
pub use size::use_width;
pub use sources::{change_source, diagnose, list_sources};
pub use status::{Known, use_status};
pub use streams::use_streams;
pub use survivors::{When, use_survivors};
pub use timer::use_tick;
pub use views::{forget_view, list_views, save_view};
