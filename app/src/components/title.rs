//! The title of the browser's tab.

use leptos::prelude::*;

/// What stands after the title of every page.
const SITE: &str = "Faultdesk";

/// The tab's title for a page that calls itself `text`.
fn of_page(text: &str) -> String {
    if text.is_empty() { SITE.to_owned() } else { format!("{text} · {SITE}") }
}

/// Titles that are shown now, the topmost last: a sheet over a board has its own.
#[cfg(any(feature = "hydrate", test))]
#[derive(Debug, Default)]
struct Stack {
    next: u32,
    titles: Vec<(u32, String)>,
}

#[cfg(any(feature = "hydrate", test))]
impl Stack {
    fn add(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Answers the title to show, where this is the topmost.
    fn set(&mut self, id: u32, text: String) -> Option<&str> {
        match self.titles.iter_mut().find(|(other, _)| *other == id) {
            Some((_, old)) => *old = text,
            None => self.titles.push((id, text)),
        }
        self.titles.last().filter(|(top, _)| *top == id).map(|(_, text)| text.as_str())
    }

    /// Answers the title to show again, where one was under this.
    fn remove(&mut self, id: u32) -> Option<&str> {
        self.titles.retain(|(other, _)| *other != id);
        self.titles.last().map(|(_, text)| text.as_str())
    }
}

#[cfg(feature = "hydrate")]
#[derive(Debug, Clone, Copy)]
struct Titles(StoredValue<Stack>);

/// Titles of everything below.
pub fn provide_titles() {
    #[cfg(feature = "hydrate")]
    provide_context(Titles(StoredValue::new(Stack::default())));
    #[cfg(feature = "ssr")]
    let _ = view! { <leptos_meta::Title formatter=|text: String| of_page(&text) /> };
}

/// Sets the tab's title as long as this is shown.
///
/// In the browser not by `leptos_meta`: its 0.8.7 leaves a title behind whenever the page around it is drawn again, and
/// reads it after its signals are gone.
#[component]
pub fn Title(#[prop(into)] text: Signal<String>) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let _ = view! { <leptos_meta::Title text=move || super::raw::raw_text(text.get()) /> };
    #[cfg(feature = "hydrate")]
    browser::show(text);
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let _ = text;
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;

    use super::{Titles, of_page};

    pub(super) fn show(text: Signal<String>) {
        let Some(Titles(stack)) = use_context::<Titles>() else { return };
        let Some(id) = stack.try_update_value(super::Stack::add) else { return };
        Effect::new(move |_| {
            let text = text.get();
            stack.try_update_value(|stack| write(stack.set(id, text)));
        });
        on_cleanup(move || {
            stack.try_update_value(|stack| write(stack.remove(id)));
        });
    }

    fn write(title: Option<&str>) {
        if let Some(title) = title {
            document().set_title(&of_page(title));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topmost_is_shown_and_what_is_under_it_comes_back() {
        let mut stack = Stack::default();
        let (board, sheet) = (stack.add(), stack.add());
        assert_eq!(stack.set(board, "2 faults".to_owned()), Some("2 faults"));
        assert_eq!(stack.set(sheet, "SIP trunk is down".to_owned()), Some("SIP trunk is down"));
        assert_eq!(stack.set(board, "3 faults".to_owned()), None);
        assert_eq!(stack.remove(sheet), Some("3 faults"));
        // A page that is drawn again comes before the one that it replaces has gone.
        let again = stack.add();
        assert_eq!(stack.set(again, "3 faults".to_owned()), Some("3 faults"));
        assert_eq!(stack.remove(board), Some("3 faults"));
        assert_eq!(stack.remove(again), None);
        assert_eq!((of_page("Tickets"), of_page("")), ("Tickets · Faultdesk".to_owned(), "Faultdesk".to_owned()));
    }
}
