//! `/levels`: what each cover level promises, in versions.

use domain::{
    id::LevelId,
    level::{Action, Replacement},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::price_list::PriceTerms;
use crate::{
    api::{
        error::ApiError,
        levels::{LevelFormPage, LevelList, LevelRow, LevelVersionRow, SaveLevel, load_level_form, load_levels},
        prices::GuidePrices,
    },
    components::{
        banner::{Banner, BannerKind},
        cover_badge::CoverBadge,
        edit_form::{EditForm, FormSection, refusal, wrong},
        field::{SelectField, TextField},
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

#[component]
pub fn LevelsPage() -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| load_levels());
    view! { <Loaded resource=list view=|list| view! { <List list/> }.into_any()/> }
}

#[component]
fn List(list: LevelList) -> impl IntoView {
    let LevelList { levels, guide, may_edit } = list;
    let cards = levels.into_iter().map(|level| view! { <Card level may_edit/> }).collect_view();
    let add = may_edit.then(|| {
        view! {
            <a class="btn btn--primary" href="/levels/new">
                "Add a custom level"
            </a>
        }
    });
    view! {
        <p class="crumbs">
            <a href="/contracts">"Contracts"</a>
        </p>
        <PageHead title="Cover levels" lede="An edit makes the next version. Open tickets keep their terms.">
            {add}
        </PageHead>
        <div class="cols-3">{cards} <PriceCard guide may_edit/></div>
    }
    .into_any()
}

#[component]
fn PriceCard(guide: GuidePrices, may_edit: bool) -> impl IntoView {
    let edit = may_edit.then(|| {
        view! {
            <a href="/levels/prices" aria-label="Edit guide prices">
                "Edit"
            </a>
        }
    });
    view! {
        <section class="card" aria-labelledby="guide-prices">
            <div class="card-head">
                <h2 id="guide-prices">"Guide prices"</h2>
                <span class="note">{format!("Version {}", guide.version)}</span>
                {edit}
            </div>
            <div class="card-body">
                <PriceTerms guide/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Card(level: LevelRow, may_edit: bool) -> impl IntoView {
    let id = format!("level-{}", level.id);
    let labelled = id.clone();
    let edit = may_edit.then(|| {
        view! {
            <a href=format!("/levels/{}/edit", level.id) aria-label=format!("Edit {}", level.name)>
                "Edit"
            </a>
        }
    });
    view! {
        <section class="card" aria-labelledby=labelled>
            <div class="card-head">
                <h2 id=id>{level.name.clone()}</h2>
                <CoverBadge level=level.level bare=true/>
                {edit}
            </div>
            <div class="card-body">
                <Terms level/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Terms(level: LevelRow) -> impl IntoView {
    let target = if level.target.is_empty() { "No target".to_owned() } else { level.target };
    view! {
        <dl class="kv kv--s">
            <dt>"Version"</dt>
            <dd>{level.version}</dd>
            <dt>"First response"</dt>
            <dd>{target}</dd>
            <dt>"On a fault"</dt>
            <dd>{level.action}</dd>
            <dt>"Paging"</dt>
            <dd>{level.paging}</dd>
            <dt>"Replacement"</dt>
            <dd>{level.replacement}</dd>
            <dt>"Portal tickets"</dt>
            <dd>{if level.portal_tickets { "Yes" } else { "No" }}</dd>
        </dl>
    }
}

/// `/levels/new` and `/levels/:id/edit`.
#[component]
pub fn LevelFormView() -> impl IntoView {
    let params = use_params_map();
    let asked = Memo::new(move |_| params.read().get("id"));
    let page = Resource::new_blocking(
        move || asked.get(),
        |asked| async move {
            match asked.map(|id| id.parse::<LevelId>()) {
                None => load_level_form(None).await,
                Some(Ok(id)) => load_level_form(Some(id)).await,
                Some(Err(_)) => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=page view=|page| view! { <Form page/> }.into_any()/> }
}

#[component]
fn Form(page: LevelFormPage) -> impl IntoView {
    provide_now(page.now);
    let save = ServerAction::<SaveLevel>::new();
    let error = refusal(save);
    let LevelFormPage { id, input, calendars, versions, .. } = page;
    let (title, button) = match id {
        Some(_) => (format!("Edit {}", input.name), "Make the next version"),
        None => ("New custom level".to_owned(), "Add level"),
    };
    let inside: Vec<_> = calendars.into_iter().map(|(key, name)| (key, format!("Inside {name}"))).collect();
    let hours = |first: [(&str, &str); 2]| {
        let first = first.map(|(word, label)| (word.to_owned(), label.to_owned())).into_iter();
        first.chain(inside.clone()).collect::<Vec<_>>()
    };
    let (counted, paged) = (
        hours([("", "No target"), ("always", "Day and night")]),
        hours([("never", "Never"), ("always", "Day and night")]),
    );
    let actions = Action::ALL.map(|action| (action.as_str().to_owned(), action_label(action).to_owned())).to_vec();
    let replacements =
        Replacement::ALL.map(|one| (one.as_str().to_owned(), replacement_label(one).to_owned())).to_vec();
    let portal = vec![("yes".to_owned(), "Yes".to_owned()), (String::new(), "No".to_owned())];
    view! {
        <p class="crumbs">
            <a href="/levels">"Cover levels"</a>
        </p>
        <PageHead title=title.clone()/>
        <Banner kind=BannerKind::Ok icon="info">
            <p>"Open tickets keep their terms. The next version is for tickets that are logged after it."</p>
        </Banner>
        <EditForm action=save error title id=id.map(|id| id.to_string()) button back="/levels".to_owned()>
            <input type="hidden" name="input[version]" value=input.version/>
            <FormSection id="level" title="What it promises" note="Targets are what we aim for.">
                <div class="form__grid">
                    <TextField label="Name" name="input[name]" value=input.name error=wrong(error, "name") autocomplete="off" required=true/>
                    <TextField
                        label="First response, minutes"
                        name="input[target_minutes]"
                        value=input.target_minutes
                        inputmode="numeric"
                        hint="8 hours are 480. Empty: no target."
                        error=wrong(error, "target_minutes")
                    />
                    <SelectField
                        label="The response counts"
                        name="input[target_hours]"
                        options=counted
                        value=input.target_hours
                        error=wrong(error, "target_hours")
                    />
                    <SelectField label="On a monitored fault" name="input[action]" options=actions value=input.action error=wrong(error, "action")/>
                    <SelectField
                        label="Staff are paged"
                        name="input[paging]"
                        options=paged
                        value=input.paging
                        error=wrong(error, "paging")
                    />
                    <SelectField
                        label="If equipment fails"
                        name="input[replacement]"
                        options=replacements
                        value=input.replacement
                        error=wrong(error, "replacement")
                    />
                    <SelectField
                        label="Portal tickets"
                        name="input[portal_tickets]"
                        options=portal
                        value=input.portal_tickets
                        error=wrong(error, "portal_tickets")
                    />
                </div>
            </FormSection>
        </EditForm>
        <Versions versions/>
    }
    .into_any()
}

fn action_label(action: Action) -> &'static str {
    match action {
        Action::Nobody => "Nobody acts",
        Action::AcceptedIncident => "Nobody until an incident is accepted",
        Action::Queue => "A ticket waits in the queue",
        Action::DutyEngineer => "A ticket, and the duty engineer is paged",
    }
}

fn replacement_label(replacement: Replacement) -> &'static str {
    match replacement {
        Replacement::ReturnToBase => "Return to base",
        Replacement::NextWorkingDayCourier => "Courier on the next working day",
        Replacement::OnSite => "An engineer on site",
    }
}

#[component]
fn Versions(versions: Vec<LevelVersionRow>) -> impl IntoView {
    let cards = versions
        .into_iter()
        .map(|version| {
            let by = if version.by.is_empty() { "as delivered".to_owned() } else { version.by };
            view! {
                <section class="card">
                    <div class="card-head">
                        <h3>{format!("Version {}", version.row.version)}</h3>
                        <span class="note"><At at=version.at/> ", " {by}</span>
                    </div>
                    <div class="card-body">
                        <Terms level=version.row/>
                    </div>
                </section>
            }
        })
        .collect_view();
    view! {
        <h2 class="mt mb">"Versions"</h2>
        <div class="cols-3">{cards}</div>
    }
}
