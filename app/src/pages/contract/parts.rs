//! Parts of a contract's page that only show.

use domain::{access::Side, cover::CoverLevel, id::CustomerId};
use leptos::prelude::*;

use crate::{
    api::contracts::{ContractPage, CoveredPiece, HistoryRow, InspectionShown, NoticeShown},
    components::{cover_decision::CoverDecisionNote, time::At},
};

/// Cat4 only: whether a supervisor has said that an engineer can be there in time.
#[component]
pub(super) fn LocationRow(page: ContractPage) -> impl IntoView {
    (page.details.row.level == CoverLevel::Cat4).then(|| {
        let words = match page.location {
            Some((by, at)) => view! {
                "Approved by "
                {by}
                ", "
                <At at/>
            }
            .into_any(),
            None => view! { "Not approved: the contract cannot be active before a supervisor approves it" }.into_any(),
        };
        view! {
            <dt>"Location"</dt>
            <dd>{words}</dd>
        }
    })
}

#[component]
pub(super) fn InspectionRow(inspection: InspectionShown) -> impl IntoView {
    let words = match inspection {
        InspectionShown::NotNeeded => return ().into_any(),
        InspectionShown::Pending(pieces) => {
            view! { {format!("Pending: {} is out of warranty or not ours. Nothing is covered until it is done.", pieces.join(", "))} }
                .into_any()
        }
        InspectionShown::Settled { by, at, note } => view! {
            {format!("{note} {by}, ")}
            <At at/>
        }
        .into_any(),
    };
    view! {
        <dt>"Inspection"</dt>
        <dd>{words}</dd>
    }
    .into_any()
}

/// Every piece of the customer, and whether a fault of it that began now would be covered.
#[component]
pub(super) fn EquipmentCard(customer: CustomerId, equipment: Vec<CoveredPiece>) -> impl IntoView {
    let none = equipment.is_empty().then(|| view! { <p class="note">"No equipment has been entered yet."</p> });
    let items = equipment
        .into_iter()
        .map(|piece| {
            view! {
                <li>
                    <p>
                        <strong>{piece.name}</strong>
                        <span class="sub muted small">" " {piece.class.label()}</span>
                    </p>
                    <CoverDecisionNote decision=piece.decision side=Side::Staff/>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="equipment">
            <div class="card-head">
                <h2 id="equipment">"What this contract covers now"</h2>
                <a href=format!("/customers/{customer}/equipment")>"All equipment"</a>
            </div>
            <div class="card-body">
                {none} <ul class="pieces">{items}</ul>
            </div>
        </section>
    }
    .into_any()
}

#[component]
pub(super) fn NoticesCard(notices: Vec<NoticeShown>) -> impl IntoView {
    let none = notices
        .is_empty()
        .then(|| view! { <p class="note">"None is due: mails go 90, 30 and 7 days before a term ends."</p> });
    let rows = notices
        .into_iter()
        .map(|notice| {
            view! {
                <dt>{format!("Year {}, {} days before", notice.year, notice.days)}</dt>
                <dd>{notice.words} ", " <At at=notice.at/></dd>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="notices">
            <div class="card-head">
                <h2 id="notices">"Mails before the term ends"</h2>
            </div>
            <div class="card-body">
                {none} <dl class="kv kv--s">{rows}</dl>
            </div>
        </section>
    }
    .into_any()
}

#[component]
pub(super) fn HistoryCard(history: Vec<HistoryRow>) -> impl IntoView {
    let none = history.is_empty().then(|| view! { <p class="note">"Nothing yet."</p> });
    let rows = history
        .into_iter()
        .map(|row| {
            let detail = (!row.detail.is_empty()).then(|| view! { <span class="sub muted">{row.detail}</span> });
            view! {
                <li>
                    <p>
                        <At at=row.at/>
                        {format!(" {} {}", row.actor, row.what)}
                    </p>
                    {detail}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="history">
            <div class="card-head">
                <h2 id="history">"History"</h2>
            </div>
            <div class="card-body">
                {none} <ul class="stack stack--s small">{rows}</ul>
            </div>
        </section>
    }
    .into_any()
}
