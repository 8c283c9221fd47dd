//! What came of an act on several tickets, and the way back: also for readers without the browser half.

use domain::{id::BulkId, ticket::reference};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::ApiError,
        queue::{BulkPage, BulkRow, UndoBulk, load_results},
    },
    components::{
        banner::FormErrors,
        icon::Icon,
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

/// `/tickets/done/:id`.
#[component]
pub fn ResultsPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<BulkId>().ok()));
    let undo = ServerAction::<UndoBulk>::new();
    let results = Resource::new_blocking(
        move || (id.get(), undo.version().get()),
        |(id, _)| async move {
            match id {
                Some(id) => load_results(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=results view=move |page| view! { <Results page undo /> }.into_any() /> }
}

#[component]
fn Results(page: BulkPage, undo: ServerAction<UndoBulk>) -> impl IntoView {
    provide_now(page.now);
    let BulkPage { at, done, rows, undone_at, .. } = page;
    let value = undo.value();
    let error = Signal::derive(move || value.get().and_then(Result::err));
    let back = done.can_undo.then(|| {
        view! {
            <ActionForm action=undo>
                <input type="hidden" name="id" value=done.id.to_string() />
                <button class="btn" type="submit">
                    <Icon name="refresh" small=true />
                    "Undo"
                </button>
            </ActionForm>
        }
    });
    let undone = undone_at.map(|at| view! { <p class="note mb-s">"Undone " <At at /> "."</p> });
    let rows = rows.into_iter().map(|row| view! { <Line row /> }).collect_view();
    view! {
        <PageHead title="What was done" lede=done.words.clone()>
            {back}
            <a class="btn btn--primary" href="/tickets">
                "Back to the queue"
            </a>
        </PageHead>
        <FormErrors error />
        <p class="note mb-s">"By you, " <At at /> "."</p>
        {undone}
        <div class="table-wrap">
            <table class="table results" role="table" aria-label="Results, one for each ticket">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Ticket"
                        </th>
                        <th role="columnheader" scope="col">
                            "Subject"
                        </th>
                        <th role="columnheader" scope="col">
                            "Result"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(row: BulkRow) -> impl IntoView {
    let BulkRow { number, subject, refused } = row;
    let result = match refused {
        None => view! {
            <span class="st st--ok">
                <Icon name="check" small=true />
                "Done"
            </span>
        }
        .into_any(),
        Some(words) => view! {
            <span class="st st--warn">
                <Icon name="late" small=true />
                "Refused"
            </span>
            <span class="sub">{words}</span>
        }
        .into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell" class="mono nowrap">
                {reference(number)}
            </td>
            <td role="cell">
                <a class="title" href=format!("/t/{number}")>
                    {if subject.is_empty() { "Not there".to_owned() } else { subject }}
                </a>
            </td>
            <td role="cell">{result}</td>
        </tr>
    }
}
