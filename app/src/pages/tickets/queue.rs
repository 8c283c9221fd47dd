//! The table of the queue: groups and rows, with the boxes that pick tickets.

use domain::ticket::QueueGroup;
use leptos::prelude::*;

use super::{
    Shown,
    acts::{ActBar, Acts},
    row::Row,
};
use crate::{
    api::{
        board::{Tile, TileState},
        queue::{Choices, QueueQuery, Tab},
        tickets::TicketRow,
    },
    components::{banner::FormErrors, held_pill::HeldPill, icon::Icon, status::Mark},
};

#[component]
pub(super) fn Queue(shown: Shown, query: QueueQuery, choices: Choices, acts: Acts) -> impl IntoView {
    let tab = query.tab();
    let empty = Memo::new(move |_| shown.rows.with(Vec::is_empty));
    let words = Signal::derive(move || {
        let count = Some(shown.waits.get()).filter(|count| 0 < *count)?;
        let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
        Some(format!("{changes} since you started reading. Show them"))
    });
    let groups = QueueGroup::ALL.map(|group| view! { <Group shown group tab /> }).into_iter().collect_view();
    let reader = shown.reader;
    let error = acts.error();
    let bar = (tab != Tab::Closed).then(|| view! { <ActBar choices tab acts /> });
    let narrowed = query.is_narrowed();
    let again = StoredValue::new(query);
    view! {
        <FormErrors error />
        <div
            on:pointermove=move |event| {
                reader.pointer_moved(&event);
            }
            on:pointerleave=move |_| reader.pointer_left()
            on:focusin=move |_| reader.set_focus(true)
            on:focusout=move |_| reader.set_focus(false)
        >
            <HeldPill words reader on_press=Callback::new(move |_| shown.release()) key="." />
            {move || empty.get().then(|| view! { <Empty shown tab narrowed /> })}
            <ActionForm action=acts.bulk attr:class="queue-form" attr:hidden=move || empty.get()>
                <div class="table-wrap">
                    <table class="table queue" role="table" aria-label="Tickets, soonest breach first">
                        <Head tab />
                        {groups}
                    </table>
                </div>
                {bar}
            </ActionForm>
        </div>
        <Pages shown query=again />
        <p class="note mt" hidden=move || empty.get() || tab == Tab::Closed>
            "A bar is the time left; the shorter it is, the sooner it breaches. Hatching is time outside the customer’s cover, when the clock does not run."
        </p>
    }
}

#[component]
fn Head(tab: Tab) -> impl IntoView {
    let head = |words: &'static str| {
        view! {
            <th role="columnheader" scope="col">
                {words}
            </th>
        }
    };
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader" scope="col" class="q-pick">
                    <span class="vh">"Pick"</span>
                </th>
                {head("Ticket")}
                {head("Subject")}
                {head("Customer and cover")}
                <th role="columnheader" scope="col" aria-sort=(tab != Tab::Closed).then_some("ascending")>
                    "Time to breach"
                </th>
                <th role="columnheader" scope="col" class="q-run">
                    <span class="vh">"From one hour ago until in three days"</span>
                    <span class="runway-axis" aria-hidden="true">
                        <span>"−1 h"</span>
                        <span>"now"</span>
                        <span>"1 h"</span>
                        <span>"4 h"</span>
                        <span>"1 d"</span>
                        <span>"3 d"</span>
                    </span>
                </th>
                {head("Assigned to")}
            </tr>
        </thead>
    }
}

#[component]
fn Empty(shown: Shown, tab: Tab, narrowed: bool) -> impl IntoView {
    let open = shown.frame.with_untracked(|frame| frame.tabs.open);
    let (title, words) = match (narrowed, tab) {
        (true, _) => ("No ticket is like that", "Take a filter away to see more."),
        (false, Tab::Closed) => ("No ticket was closed yet", "Closed tickets are kept here."),
        (false, Tab::Snoozed) => ("Nothing is put off", "A snoozed ticket stays here until it wakes."),
        (false, Tab::Time) => ("Nothing is waiting", "A confirmed fault of a covered host opens a ticket by itself."),
        (false, _) if open == 0 => ("Nothing is waiting", "No ticket is open at all."),
        (false, _) => ("None of these", "There are open tickets, but none that belong here."),
    };
    view! {
        <section class="card">
            <div class="empty">
                <Mark tile=Tile { state: TileState::Ok, acknowledged: false } large=true />
                <h2>{title}</h2>
                <p>{words}</p>
            </div>
        </section>
    }
}

#[component]
fn Group(shown: Shown, group: QueueGroup, tab: Tab) -> impl IntoView {
    // Closed tickets are one list: nothing of theirs is due.
    let belongs = move |row: &TicketRow| match tab {
        Tab::Closed => group == QueueGroup::NoClock,
        _ => row.group == group,
    };
    let rows = Memo::new(move |_| {
        shown.rows.with(|rows| {
            let inside = rows.iter().filter(|(_, row)| row.with(belongs));
            inside.map(|(number, _)| *number).collect::<Vec<_>>()
        })
    });
    let row = move |number: i64| {
        shown.rows.with_untracked(|rows| rows.iter().find(|(known, _)| *known == number).map(|(_, row)| row.clone()))
    };
    let count = move || match tab {
        Tab::Closed => shown.frame.with(|frame| frame.total),
        _ => shown.frame.with(|frame| {
            QueueGroup::ALL.into_iter().zip(frame.groups).find(|(one, _)| *one == group).map_or(0, |(_, count)| count)
        }),
    };
    let title = if tab == Tab::Closed { "Closed" } else { group.label() };
    let words = move || match group {
        QueueGroup::Paused => format!("{}, the clock starts again when the reason clears", count()),
        _ => count().to_string(),
    };
    let pick = tab != Tab::Closed;
    view! {
        <tbody role="rowgroup" hidden=move || rows.with(Vec::is_empty)>
            <tr class="grp" role="row">
                <th colspan="7" role="rowheader" scope="rowgroup">
                    {title}
                    <span>{words}</span>
                </th>
            </tr>
            <For
                each=move || rows.get()
                key=|number| *number
                children=move |number| row(number).map(|row| view! { <Row row pick /> })
            />
        </tbody>
    }
    .into_any()
}

/// How much is shown, with the links to the first and the next rows.
#[component]
fn Pages(shown: Shown, query: StoredValue<QueueQuery>) -> impl IntoView {
    move || {
        let (total, next) = shown.frame.with(|frame| (frame.total, frame.next.clone()));
        let paged = query.with_value(|query| !query.after.is_empty());
        (paged || next.is_some()).then(|| {
            let count = shown.rows.with(Vec::len);
            let href = |after: Option<&str>| query.with_value(|query| query.href_after(after));
            let first = paged.then(|| {
                view! {
                    <a class="pager__prev" href=href(None)>
                        <Icon name="right" small=true />
                        "First"
                    </a>
                }
            });
            let next = next.as_deref().map(|after| {
                view! {
                    <a class="pager__next" rel="next" href=href(Some(after))>
                        "Next"
                        <Icon name="right" small=true />
                    </a>
                }
            });
            view! {
                <nav class="pager" aria-label="Pages">
                    {first}
                    <p class="pager__at">{format!("{count} of {total}")}</p>
                    {next}
                </nav>
            }
        })
    }
}
