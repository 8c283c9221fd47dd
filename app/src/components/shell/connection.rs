//! Whether the page is live: a line in the rail, and a banner when it is not.

use domain::time::Timestamp;
use leptos::prelude::*;

use crate::components::{
    banner::{Banner, BannerKind},
    icon::Icon,
    live_feed::{Connection, LiveFeed, reconnect_now, use_connection},
    time::use_clock,
};

/// "Live", or since when it is not. Nothing before the stream is open.
#[component]
pub fn LiveState() -> impl IntoView {
    let connection = use_connection();
    move || match connection.get() {
        Connection::Idle => None,
        Connection::Live => Some(
            view! {
                <span class="live">
                    <Icon name="signal" />
                    <span>"Live"</span>
                </span>
            }
            .into_any(),
        ),
        Connection::Lost { since } => Some(
            view! {
                <span class="live">
                    <Icon name="unlink" />
                    <span>"Not live since " {use_clock(Signal::stored(since))}</span>
                </span>
            }
            .into_any(),
        ),
    }
}

/// Says that the connection is lost, counts down to the next try, and says when it is back.
#[component]
pub(super) fn ConnectionBanner() -> impl IntoView {
    use_context::<LiveFeed>().map(|feed| {
        move || match (feed.connection.get(), feed.caught_up.get()) {
            (Connection::Lost { since }, _) => Some(view! { <Lost feed since /> }.into_any()),
            (_, Some(changes)) => Some(view! { <Back changes /> }.into_any()),
            (_, None) => None,
        }
    })
}

#[component]
fn Lost(feed: LiveFeed, since: Timestamp) -> impl IntoView {
    let since = use_clock(Signal::stored(since));
    view! {
        <Banner kind=BannerKind::Warn icon="unlink">
            <p>
                <strong>"Connection lost at " {since} "."</strong>
                " "
                <span class="note">
                    "What you see may be out of date. "
                    // Counting aloud would drown everything else.
                    <span aria-live="off">{move || retry_words(feed.retry_in_s.get())}</span>
                    " What you have typed is kept."
                </span>
            </p>
            <button class="btn" type="button" on:click=move |_| reconnect_now(feed)>
                "Try now"
            </button>
        </Banner>
    }
}

fn retry_words(seconds: u32) -> String {
    match seconds {
        0 => "Trying again now.".to_owned(),
        seconds => format!("Trying again in {seconds} s."),
    }
}

#[component]
fn Back(changes: u32) -> impl IntoView {
    view! {
        <Banner kind=BannerKind::Ok icon="signal">
            <p>
                <strong>"Live again."</strong>
                " "
                <span class="note">{changes_words(changes)}</span>
            </p>
        </Banner>
    }
}

fn changes_words(changes: u32) -> String {
    match changes {
        0 => "Nothing changed while you were away.".to_owned(),
        1 => "1 change while you were away.".to_owned(),
        changes => format!("{changes} changes while you were away."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banners_words() {
        assert_eq!(retry_words(4), "Trying again in 4 s.");
        assert_eq!(retry_words(0), "Trying again now.");
        assert_eq!(changes_words(0), "Nothing changed while you were away.");
        assert_eq!(changes_words(1), "1 change while you were away.");
        assert_eq!(changes_words(3), "3 changes while you were away.");
    }
}
