//! Tickets that belong together: links, merging one into another, splitting one in two.

use domain::ticket::{LinkKind, TicketEventKind, TicketKind, reference};
use leptos::prelude::*;

use super::{
    actions::{Act, Acts, Number, Version},
    care::kinds,
};
use crate::{
    api::{
        care::{LinkRow, MergePreview},
        error::ApiError,
        tickets::TicketPage,
    },
    components::{
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        icon::Icon,
    },
};

/// Link, merge and split.
#[component]
pub(super) fn Joining(
    page: RwSignal<TicketPage>,
    acts: Acts,
    /// What the address asks to be seen before it is done.
    preview: Option<Result<MergePreview, ApiError>>,
) -> impl IntoView {
    let open = Memo::new(move |_| page.with(|page| page.state.is_open()));
    let error = refusal(acts.care.link);
    let preview = StoredValue::new(preview);
    view! {
        <Act title="Link a ticket" icon="link" open=error.get_untracked().is_some()>
            <ActionForm action=acts.care.link attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <TextField label="Related ticket" name="other" hint="Such as T-2001." error=wrong(error, "other") />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.link)>
                    "Link"
                </button>
            </ActionForm>
        </Act>
        {move || {
            open.get()
                .then(|| {
                    view! {
                        <Merge page acts preview=preview.get_value() />
                        <Split page acts />
                    }
                })
        }}
    }
}

/// First a question to the address, which shows what would happen; then the form that does it.
#[component]
fn Merge(page: RwSignal<TicketPage>, acts: Acts, preview: Option<Result<MergePreview, ApiError>>) -> impl IntoView {
    let number = page.with_untracked(|page| page.number);
    let asked = preview.is_some();
    let into = match &preview {
        Some(Ok(preview)) => reference(preview.number),
        _ => String::new(),
    };
    let answer = preview.map(|preview| match preview {
        Err(error) => view! { <p class="note mt" role="alert">{error.to_string()}</p> }.into_any(),
        Ok(preview) => view! { <MergeAnswer page acts preview /> }.into_any(),
    });
    view! {
        <Act title="Merge into another ticket" icon="right" open=asked>
            <form class="stack stack--s" method="get" action=format!("/t/{number}") aria-label="Merge">
                <TextField
                    label="The ticket that goes on"
                    name="merge"
                    value=into
                    hint="Such as T-2001, of the same customer."
                />
                <button class="btn" type="submit">
                    "Show what would happen"
                </button>
            </form>
            {answer}
        </Act>
    }
}

#[component]
fn MergeAnswer(page: RwSignal<TicketPage>, acts: Acts, preview: MergePreview) -> impl IntoView {
    let MergePreview { number, subject, steps, refusal } = preview;
    let there = reference(number);
    if let Some(why) = refusal {
        return view! { <p class="note mt" role="alert">{why}</p> }.into_any();
    }
    let steps = steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view();
    view! {
        <ActionForm action=acts.care.merge attr:class="stack stack--s mt" attr:aria-label="Confirm the merge">
            <Number page />
            <Version page />
            <input type="hidden" name="into" value=there.clone() />
            <p>
                <strong>{there.clone()}</strong>
                ", "
                {subject}
            </p>
            <ul class="small stack stack--s">{steps}</ul>
            <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.merge)>
                {format!("Merge into {there}")}
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Split(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.care.split);
    let messages = Memo::new(move |_| {
        page.with(|page| {
            let of = page.events.iter().filter(|event| event.kind == TicketEventKind::Message);
            of.map(|event| (event.seq, event.by.clone(), event.text.clone())).collect::<Vec<_>>()
        })
    });
    let charged = page.with_untracked(|page| page.care.staff.as_ref().is_some_and(|care| care.charged));
    let choices = move || {
        let rows = messages.get().into_iter().enumerate().map(|(index, (seq, by, text))| {
            view! {
                <label class="opt">
                    <input type="checkbox" name=format!("split[messages][{index}]") value=seq.to_string() />
                    <span>
                        <strong>{by}</strong>
                        ": "
                        {first_words(&text)}
                    </span>
                </label>
            }
        });
        rows.collect_view()
    };
    let missing = wrong(error, "messages");
    move || {
        if messages.with(Vec::is_empty) {
            return ().into_any();
        }
        view! {
            <Act title="Split it" icon="unlink" open=error.get_untracked().is_some()>
                <ActionForm action=acts.care.split attr:class="stack stack--s" attr:novalidate="">
                    <Number page />
                    <fieldset class="stack stack--s">
                        <legend>"Messages that are another matter"</legend>
                        {choices}
                        {move || missing.get().map(|words| view! { <p class="error">{words}</p> })}
                    </fieldset>
                    <TextField label="Its subject" name="split[subject]" error=wrong(error, "subject") />
                    <SelectField
                        label="Its kind"
                        name="split[kind]"
                        options=kinds(TicketKind::Logged)
                        error=wrong(error, "kind")
                    />
                    {charged
                        .then(|| {
                            view! {
                                <TextArea
                                    label="Who agreed to a further charge, and when"
                                    name="split[consent]"
                                    hint="A ticket of its own is a further incident, which is charged."
                                    error=wrong(error, "consent")
                                />
                            }
                        })}
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.split)>
                        "Open a ticket of its own"
                    </button>
                </ActionForm>
            </Act>
        }
        .into_any()
    }
}

/// Enough of a message to know it by.
fn first_words(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// The other tickets, and for staff a way to take a link back.
#[component]
pub(super) fn Links(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let links = Memo::new(move |_| page.with(|page| page.care.links.clone()));
    let work = page.with_untracked(|page| page.may.work);
    move || {
        let rows = links.get();
        (!rows.is_empty()).then(|| {
            let rows = rows.into_iter().map(|row| view! { <Linked page acts row work /> }).collect_view();
            view! {
                <section class="card" aria-labelledby="links">
                    <div class="card-head">
                        <h2 id="links">"Other tickets"</h2>
                    </div>
                    <ul class="card-body stack stack--s">{rows}</ul>
                </section>
            }
        })
    }
}

#[component]
fn Linked(page: RwSignal<TicketPage>, acts: Acts, row: LinkRow, work: bool) -> impl IntoView {
    let words = row.words();
    let LinkRow { number, subject, kind, open, .. } = row;
    let there = reference(number);
    let label = format!("Unlink {there}");
    let undo = (work && kind == LinkKind::Related).then(|| {
        view! {
            <ActionForm action=acts.care.unlink>
                <Number page />
                <input type="hidden" name="other" value=number.to_string() />
                <button class="btn btn--icon btn--quiet" type="submit" aria-label=label>
                    <Icon name="unlink" small=true />
                </button>
            </ActionForm>
        }
    });
    view! {
        <li class="linked">
            <span>
                <span class="small muted">{words} {if open { "" } else { ", closed" }}</span>
                <br />
                <a href=format!("/t/{number}")>{there} " " {subject}</a>
            </span>
            {undo}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_known_by_its_first_words() {
        assert_eq!(first_words("Two lines\nof it"), "Two lines");
        let long = "é".repeat(81);
        assert_eq!(first_words(&long), format!("{}…", "é".repeat(80)));
    }
}
