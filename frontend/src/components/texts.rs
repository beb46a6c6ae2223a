use std::rc::Rc;

use yew::{hook, use_context};

use crate::i18n::Texts;
use crate::state::Language;

/// The words of the reader's language.
#[hook]
pub fn use_texts() -> Rc<Texts> {
    use_context::<Rc<Texts>>().unwrap_or_else(|| Rc::new(Texts::load(Language::default())))
}
