use web_sys::MouseEvent;
use yew::{Callback, hook, use_state_eq};

/// Something that a button opens and closes.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    pub is_open: bool,
    /// For the button.
    pub toggle: Callback<MouseEvent>,
    pub close: Callback<()>,
}

/// Closed at first.
#[hook]
pub fn use_open() -> Open {
    let open = use_state_eq(|| false);
    let (is_open, set) = (*open, open.setter());
    let close = set.clone();
    Open {
        is_open,
        toggle: Callback::from(move |_| set.set(!is_open)),
        close: Callback::from(move |()| close.set(false)),
    }
}
