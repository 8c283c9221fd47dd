//! `/knowledge/:id`: one note, drawn from its parts.

use domain::{
    access::Side,
    id::LibraryId,
    markup::{Block, Inline},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::ApiError,
        library::{NotePage, load_note},
    },
    components::{
        page::{Loaded, PageHead},
        session::use_me,
        time::{At, provide_now},
    },
};

#[component]
pub fn NoteView() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse::<LibraryId>().ok())));
    let note = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => load_note(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=note view=|note| view! { <Page note /> }.into_any() /> }
}

#[component]
fn Page(note: NotePage) -> impl IntoView {
    provide_now(note.now);
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let NotePage { row, blocks, may_edit, .. } = note;
    let lede = match (side, row.visibility) {
        (Side::Staff, Some(visibility)) => {
            let off = if row.disabled { ". Switched off" } else { "" };
            format!("{}. Version {}, by {}{off}.", visibility.label(), row.version, row.changed_by)
        }
        _ => String::new(),
    };
    let edit = may_edit.then(|| {
        view! {
            <a class="btn" href=format!("/library/{}/edit", row.id)>
                "Edit"
            </a>
        }
    });
    let tags = row.tags.iter().map(|tag| view! { <span class="chip">{tag.clone()}</span> }).collect_view();
    let ask = (side == Side::Customer).then(|| {
        view! {
            <p class="note mt">
                "Does this not help? " <a href="/tickets/new">"Tell us what is wrong"</a> "."
            </p>
        }
    });
    view! {
        <p class="crumbs">
            <a href="/knowledge">{if side == Side::Staff { "Knowledge" } else { "Help" }}</a>
        </p>
        <PageHead title=row.name.clone() lede=(!lede.is_empty()).then_some(lede)>
            {edit}
        </PageHead>
        <article class="card" aria-label=row.name>
            <div class="card-body stack note-text">
                {blocks.into_iter().map(block).collect_view()}
            </div>
            <div class="card-foot row">{tags} <span class="note">"Changed " <At at=row.changed_at /></span></div>
        </article>
        {ask}
    }
    .into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Heading(parts) => view! { <h2>{line(parts)}</h2> }.into_any(),
        Block::Paragraph(lines) => {
            let lines = lines
                .into_iter()
                .enumerate()
                .map(|(place, parts)| view! { {(0 < place).then(|| view! { <br /> })} {line(parts)} })
                .collect_view();
            view! { <p>{lines}</p> }.into_any()
        }
        Block::List { numbered, items } => {
            let items = items.into_iter().map(|parts| view! { <li>{line(parts)}</li> }).collect_view();
            match numbered {
                true => view! { <ol class="numbers">{items}</ol> }.into_any(),
                false => view! { <ul class="bullets">{items}</ul> }.into_any(),
            }
        }
    }
}

fn line(parts: Vec<Inline>) -> impl IntoView {
    parts
        .into_iter()
        .map(|part| match part {
            Inline::Text(text) => text.into_any(),
            Inline::Bold(text) => view! { <strong>{text}</strong> }.into_any(),
            Inline::Code(text) => view! { <code class="mono">{text}</code> }.into_any(),
            Inline::Link { words, address } => {
                let away = !address.starts_with('/');
                view! {
                    <a href=address rel=away.then_some("noreferrer external")>
                        {words}
                    </a>
                }
                .into_any()
            }
        })
        .collect_view()
}
