//! Who else of our staff reads this ticket or types on it. The browser says so for itself every 15 s.

use leptos::prelude::*;

use crate::{api::care::Here, components::icon::Icon};

/// A line above the composer; empty while nobody else is here.
#[component]
pub(super) fn OthersHere(
    number: i64,
    /// Whether the reader has begun to write.
    typing: Signal<bool>,
) -> impl IntoView {
    let others = RwSignal::new(Vec::<Here>::new());
    speak(number, typing, others);
    move || {
        let words = sentence(&others.get());
        (!words.is_empty()).then(|| {
            view! {
                <p class="here no-print" role="status">
                    <Icon name="users" small=true />
                    {words}
                </p>
            }
        })
    }
}

/// Says it at once, when typing begins or ends, and every 15 s while the page is seen.
fn speak(number: i64, typing: Signal<bool>, others: RwSignal<Vec<Here>>) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::task::spawn_local;

        use crate::{api::care::tell_here, pages::host::live::reload_every};
        const EVERY_S: u64 = 15;
        let say = Callback::new(move |()| {
            let word = if typing.get_untracked() { "yes" } else { "no" };
            spawn_local(async move {
                // A beat that is lost is followed by the next.
                if let Ok(here) = tell_here(number, word.to_owned()).await {
                    let _ = others.try_set(here);
                }
            });
        });
        Effect::new(move |_| {
            typing.track();
            say.run(());
        });
        reload_every(EVERY_S, say);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (number, typing, others);
}

/// "Tom Okafor is typing. Ellie Marsh is reading."
fn sentence(here: &[Here]) -> String {
    let of = |typing: bool| {
        let names: Vec<_> = here.iter().filter(|one| one.typing == typing).map(|one| one.name.as_str()).collect();
        let verb = if typing { "typing" } else { "reading this" };
        match names.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is {verb}.")),
            several => Some(format!("{} are {verb}.", several.join(" and "))),
        }
    };
    [of(true), of(false)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_types_is_named_before_who_reads() {
        let one = |name: &str, typing| Here { name: name.to_owned(), typing };
        assert_eq!(sentence(&[]), "");
        let here = [one("Ellie Marsh", false), one("Priya Nair", false), one("Tom Okafor", true)];
        assert_eq!(sentence(&here), "Tom Okafor is typing. Ellie Marsh and Priya Nair are reading this.");
    }
}
