//! The reader, for everything inside the frame.

use leptos::prelude::*;

use crate::api::session::Me;

/// Puts the reader into context.
pub fn provide_me(me: Me) {
    provide_context(me);
}

/// The reader; `None` on the pages that need no sign-in.
pub fn use_me() -> Option<Me> {
    use_context::<Me>()
}
