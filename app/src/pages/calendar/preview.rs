//! What saving a change would do, and the acts that do it.

use leptos::prelude::*;

use super::DayItem;
use crate::{
    api::calendars::{MovedRow, PausedRow, Preview, SaveChange, What},
    components::{edit_form::busy, icon::Icon},
};

/// Words of the acts, by what is changed.
fn words(what: What) -> (&'static str, &'static str) {
    match what {
        What::Announce => ("Announce", "Announce and apply"),
        What::Withdraw => ("Take back", "Take back and apply"),
        What::Edit => ("Save", "Save and apply"),
        What::Renew => ("Make new versions", "Make new versions and apply"),
    }
}

/// The days, every due time that would move, and the separate acts.
#[component]
pub(super) fn PreviewCard(
    what: What,
    /// Key of the calendar that is edited.
    calendar: String,
    form: String,
    preview: Preview,
    action: ServerAction<SaveChange>,
) -> impl IntoView {
    let (plain, apply) = words(what);
    let listed = preview.moved.len() + preview.paused.len();
    let tickets = if listed == 1 { "1 open ticket" } else { "open tickets" };
    let apply_words = match listed {
        1 => format!("{apply} to this {tickets}"),
        count => format!("{apply} to these {count} {tickets}"),
    };
    let mails = (0 < preview.mails).then(|| {
        view! {
            <p class="note">
                {format!(
                    "{} mailed once each: {} in all.",
                    many(preview.customers, "customer is", "customers are"),
                    many(preview.mails, "mail", "mails"),
                )}
            </p>
        }
    });
    let seen = preview.seen.clone();
    let send = |apply: &'static str, class: &'static str, words: String| {
        let (calendar, form, seen) = (calendar.clone(), form.clone(), seen.clone());
        view! {
            <ActionForm action>
                <input type="hidden" name="what" value=what_word(what)/>
                <input type="hidden" name="calendar" value=calendar/>
                <input type="hidden" name="form" value=form/>
                <input type="hidden" name="seen" value=seen/>
                <input type="hidden" name="apply" value=apply/>
                <button class=class type="submit" aria-busy=busy(action)>
                    {words}
                </button>
            </ActionForm>
        }
    };
    let second = (0 < listed).then(|| send("yes", "btn", apply_words));
    let first = send("no", "btn btn--primary", plain.to_owned());
    view! {
        <section class="card" aria-labelledby="preview">
            <div class="card-head">
                <h2 id="preview">"Preview"</h2>
                <span class="small muted">"Nothing is saved yet"</span>
            </div>
            <div class="card-body stack">
                <ul class="daylist">
                    {preview.days.clone().into_iter().map(|day| view! { <DayItem day/> }).collect_view()}
                </ul>
                <Moved moved=preview.moved.clone() paused=preview.paused.clone()/>
                {mails}
                <p class="note">
                    "Tickets that are open now keep their due times. They move only if you choose to apply the change to "
                    "them, and then exactly those listed here."
                </p>
                <div class="form__actions">{first} {second}</div>
            </div>
        </section>
    }
}

/// The stored word of a form.
fn what_word(what: What) -> &'static str {
    match what {
        What::Announce => "announce",
        What::Withdraw => "withdraw",
        What::Edit => "edit",
        What::Renew => "renew",
    }
}

fn many(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

#[component]
fn Moved(moved: Vec<MovedRow>, paused: Vec<PausedRow>) -> impl IntoView {
    if moved.is_empty() && paused.is_empty() {
        return view! {
            <p class="row">
                <Icon name="check" small=true/>
                "No open ticket has a due time that would move."
            </p>
        }
        .into_any();
    }
    let rows = moved
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <td class="nowrap">{format!("T-{}", row.ticket)}</td>
                    <td>{row.customer} <span class="sub">{row.clock}</span></td>
                    <td>{row.old}</td>
                    <td><strong>{row.new}</strong></td>
                </tr>
            }
        })
        .collect_view();
    let paused = paused
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <td class="nowrap">{format!("T-{}", row.ticket)}</td>
                    <td>{row.customer} <span class="sub">{row.clock}</span></td>
                    <td colspan="2">"Paused: no due time. The new hours would count once the pause ends."</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label="Due times that would move, scrolls sideways">
            <table class="table">
                <caption class="vh">"Due times that would move"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Ticket"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Due now"</th>
                        <th scope="col">"Would be due"</th>
                    </tr>
                </thead>
                <tbody>{rows} {paused}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use leptos::server_fn::ServerFn;

    use super::*;

    #[test]
    fn what_is_posted_is_what_is_read() {
        for what in [What::Announce, What::Withdraw, What::Edit, What::Renew] {
            assert_eq!(serde_json::to_string(&what).unwrap(), format!("{:?}", what_word(what)));
        }
        assert_eq!(SaveChange::PATH, "/api/calendars/save");
    }
}
