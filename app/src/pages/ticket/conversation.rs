//! What was said and what happened, oldest first, and the composer under it.

use domain::{access::Side, text::size_words, ticket::TicketEventKind};
use leptos::prelude::*;

use super::{
    actions::{Acts, Number},
    composer::Composer,
};
use crate::{
    api::{
        care::HeldRow,
        tickets::{TicketEventRow, TicketFile, TicketPage, side_of},
    },
    components::{edit_form::busy, icon::Icon, session::use_me, time::At},
};

#[component]
pub(super) fn Conversation(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let count = Memo::new(move |_| page.with(|page| page.events.len()));
    let words = move || match count.get() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries, oldest first"),
    };
    view! {
        <section class="card" aria-labelledby="conversation">
            <div class="card-head">
                <h2 id="conversation">"Conversation"</h2>
                <span class="small muted">{words}</span>
            </div>
            <ol>
                <For
                    each=move || page.with(|page| page.events.clone())
                    key=|event| event.seq
                    children=move |event| {
                        let own = |file: &&TicketFile| file.seq == event.seq;
                        let files = page.with_untracked(|page| page.files.iter().filter(own).cloned().collect());
                        view! { <Entry event files side /> }
                    }
                />
                <For
                    each=move || page.with(|page| page.care.staff.as_ref().map(|care| care.held.clone()).unwrap_or_default())
                    key=|held| held.key.clone()
                    children=move |held| view! { <Held page held acts /> }
                />
            </ol>
            <Composer page side acts />
        </section>
    }
}

/// A reply in the moments before it is sent.
#[component]
fn Held(page: RwSignal<TicketPage>, held: HeldRow, acts: Acts) -> impl IntoView {
    let HeldRow { key, by, text, mine, written_at, .. } = held;
    let undo = mine.then(|| {
        view! {
            <ActionForm action=acts.care.take_back>
                <Number page />
                <input type="hidden" name="key" value=key />
                <button class="btn" type="submit" aria-busy=busy(acts.care.take_back)>
                    "Undo"
                </button>
            </ActionForm>
        }
    });
    view! {
        <li class="msg msg--held no-print">
            <span class="av av--staff" aria-hidden="true">
                {initials(&by)}
            </span>
            <div class="msg-head">
                <strong>{by}</strong>
                <span class="sub" role="status">
                    "sending…"
                </span>
                <At at=written_at />
            </div>
            <div class="msg-body">{paragraphs(&text)} {undo}</div>
        </li>
    }
}

#[component]
fn Entry(event: TicketEventRow, files: Vec<TicketFile>, side: Side) -> impl IntoView {
    let id = format!("m{}", event.seq);
    match event.kind {
        TicketEventKind::Response | TicketEventKind::Call | TicketEventKind::Message | TicketEventKind::Note => {
            view! { <Message event files side id /> }.into_any()
        }
        kind => {
            let (icon, words) = happened(&event, side);
            let _ = kind;
            view! {
                <li class="msg msg--event" id=id>
                    <Icon name=icon small=true />
                    <span>{words}</span>
                    <At at=event.at />
                </li>
            }
            .into_any()
        }
    }
}

#[component]
fn Message(event: TicketEventRow, files: Vec<TicketFile>, side: Side, id: String) -> impl IntoView {
    let TicketEventRow { at, kind, by, text, .. } = event;
    let staff = side_of(kind) == Side::Staff;
    let me = use_me().map(|me| me.name).unwrap_or_default();
    let sub = match (kind, side) {
        (TicketEventKind::Note, _) => "Note, staff only",
        (TicketEventKind::Call, Side::Staff) => "call logged",
        (TicketEventKind::Call, Side::Customer) => "support, by phone",
        (TicketEventKind::Message, Side::Customer) if me == by => "you",
        (TicketEventKind::Message, Side::Customer) => "your company",
        (TicketEventKind::Message, Side::Staff) => "customer",
        (_, Side::Customer) => "support",
        (_, Side::Staff) => "to the customer",
    };
    let class = if kind == TicketEventKind::Note { "msg msg--note" } else { "msg" };
    let avatar = if staff { "av av--staff" } else { "av" };
    view! {
        <li class=class id=id>
            <span class=avatar aria-hidden="true">
                {initials(&by)}
            </span>
            <div class="msg-head">
                <strong>{by}</strong>
                <span class="sub">{sub}</span>
                <At at />
            </div>
            <div class="msg-body">{paragraphs(&text)} <Files files /></div>
        </li>
    }
}

/// What came with a message: pictures as such, everything as a download.
#[component]
fn Files(files: Vec<TicketFile>) -> impl IntoView {
    let file = |file: TicketFile| {
        let href = format!("/files/{}", file.key);
        let name = file.name.clone();
        let picture = file.picture.then(|| {
            view! {
                // The name beside it is the same link, for keyboards and screen readers.
                <a
                    class="file__frame"
                    href=href.clone()
                    rel="external"
                    download=name.clone()
                    tabindex="-1"
                    aria-hidden="true"
                >
                    <img class="file__picture" src=href.clone() alt="" loading="lazy" />
                </a>
            }
        });
        view! {
            <li>
                {picture} <a href=href.clone() rel="external" download=name.clone()>
                    {file.name}
                </a> <span class="sub">{size_words(file.bytes)}</span>
            </li>
        }
    };
    (!files.is_empty()).then(|| {
        view! {
            <ul class="files" aria-label="Files">
                {files.into_iter().map(file).collect_view()}
            </ul>
        }
    })
}

/// A text as it was typed: an empty line ends a paragraph.
fn paragraphs(text: &str) -> AnyView {
    let parts = text.split("\n\n").filter(|part| !part.trim().is_empty()).map(|part| {
        let lines: Vec<_> = part.lines().map(str::to_owned).collect();
        let lines =
            lines.into_iter().enumerate().map(|(index, line)| view! { {(0 < index).then(|| view! { <br /> })} {line} });
        view! { <p>{lines.collect_view()}</p> }
    });
    parts.collect_view().into_any()
}

/// "EM" for Ellie Marsh.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

/// An entry that nobody wrote, as an icon and a sentence.
fn happened(event: &TicketEventRow, side: Side) -> (&'static str, String) {
    let TicketEventRow { kind, by, text, .. } = event;
    let said = |words: &str| if text.is_empty() { words.to_owned() } else { format!("{words}: {text}") };
    match kind {
        TicketEventKind::Opened if text.is_empty() => ("flag", format!("Opened by {by}")),
        TicketEventKind::Opened => ("flag", text.clone()),
        TicketEventKind::Recovered => ("check", said("The fault recovered")),
        TicketEventKind::Closed if text.is_empty() => ("check", format!("{by} closed the ticket")),
        TicketEventKind::Closed => ("check", format!("{by} closed the ticket: {text}")),
        TicketEventKind::Reopened => ("refresh", format!("{by} opened the ticket again")),
        TicketEventKind::CallAttempt => ("phone", format!("{by} called. {text}")),
        TicketEventKind::Paused => ("pause", format!("{by} paused the clock, {text}")),
        TicketEventKind::Resumed => ("play", format!("The clock runs again, {text}")),
        TicketEventKind::Level => ("sliders", format!("{by} settled a level change {text}")),
        TicketEventKind::Excused => ("info", format!("{by} excused a miss. {text}")),
        TicketEventKind::Voided => ("x", format!("{by} took a clock back. {text}")),
        TicketEventKind::Agreed => ("shield", format!("{by} agreed to take this fault on. {text}")),
        TicketEventKind::Waiting if text == "no longer" => ("play", format!("{by} goes on with it")),
        TicketEventKind::Waiting if side == Side::Customer && text.contains("customer") => {
            ("clock", format!("{by} waits for your answer"))
        }
        TicketEventKind::Waiting => ("clock", format!("{by} waits {text}")),
        TicketEventKind::Hardware => ("box", text.clone()),
        TicketEventKind::Accepted => ("check", said(&format!("{by} accepted it"))),
        TicketEventKind::Declined => ("x", said(&format!("{by} declined it"))),
        TicketEventKind::Assigned if text.is_empty() => ("user", format!("{by} took it")),
        TicketEventKind::Assigned => ("user", format!("{by} assigned it {text}")),
        TicketEventKind::Sorted => ("sliders", format!("{by} set {text}")),
        TicketEventKind::Tagged if text.is_empty() => ("bookmark", format!("{by} took its tags away")),
        TicketEventKind::Tagged => ("bookmark", format!("{by} tagged it {text}")),
        TicketEventKind::Watched => ("bell", format!("{by} {text}")),
        TicketEventKind::Snoozed => ("clock", format!("{by} {text}")),
        TicketEventKind::Linked => ("link", format!("{by} linked it, {text}")),
        TicketEventKind::Merged => ("right", format!("{by} merged it into {text}")),
        TicketEventKind::TookOver => ("right", format!("{by} merged {text} into this")),
        TicketEventKind::Split => ("link", format!("{by} split it: {text}")),
        TicketEventKind::Rated => ("check", format!("{by} answered: {text}")),
        TicketEventKind::Response | TicketEventKind::Call | TicketEventKind::Message | TicketEventKind::Note => {
            ("info", text.clone())
        }
        TicketEventKind::Worked
        | TicketEventKind::IncidentAsked
        | TicketEventKind::ApprovalNeeded
        | TicketEventKind::UnitApproved
        | TicketEventKind::ExtraAdded
        | TicketEventKind::OutsideCover
        | TicketEventKind::Conditional
        | TicketEventKind::ConditionOver => (work_icon(*kind), format!("{by} {text}")),
    }
}

/// Beside a sentence about work, money or training.
fn work_icon(kind: TicketEventKind) -> &'static str {
    match kind {
        TicketEventKind::UnitApproved | TicketEventKind::ConditionOver => "check",
        TicketEventKind::ApprovalNeeded | TicketEventKind::Conditional => "pause",
        TicketEventKind::ExtraAdded => "box",
        TicketEventKind::OutsideCover => "info",
        _ => "clock",
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn initials_are_the_first_and_the_last() {
        assert_eq!(["Ellie Marsh", "Priya", "Anna de la Cruz", ""].map(initials), ["EM", "P", "AC", ""]);
    }

    #[test]
    fn a_recovery_says_what_recovered() {
        let event = |text: &str| TicketEventRow {
            seq: 1,
            at: Timestamp::EPOCH,
            kind: TicketEventKind::Recovered,
            by: "the monitor".to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(happened(&event(""), Side::Staff).1, "The fault recovered");
        assert_eq!(happened(&event("after 9 min"), Side::Staff).1, "The fault recovered: after 9 min");
    }
}
