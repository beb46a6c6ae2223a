//! The store through its public face: real files, a real data folder, no network.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

#[path = "store/crash.rs"]
mod crash;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/folder.rs"]
mod folder;
#[path = "store/follow.rs"]
mod follow;
#[path = "store/list.rs"]
mod list;
#[path = "store/piped.rs"]
mod piped;
#[path = "store/places.rs"]
mod places;
#[path = "store/pushes.rs"]
mod pushes;
#[path = "store/retention.rs"]
mod retention;
#[path = "store/said.rs"]
mod said;
#[path = "store/sealed.rs"]
mod sealed;
#[path = "store/since.rs"]
mod since;
#[path = "store/tail.rs"]
mod tail;
#[path = "store/tidy.rs"]
mod tidy;
#[path = "store/world.rs"]
mod world;
