//! Escalation: the policies with their steps in words, the form of one, and "what if?".

mod form;
mod what_if;

use domain::id::PolicyId;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

pub use self::{
    form::{EditPolicyPage, NewPolicyPage},
    what_if::WhatIfPageView,
};
use crate::{
    api::{
        error::ApiError,
        escalation::{
            MakePolicyUsual, PolicyList, PolicyRow, StepRow, VersionRow, WhomRow, load_policies, load_policy,
        },
    },
    components::{
        cover_badge::CoverBadge,
        icon::Icon,
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

/// The policy in the address.
fn use_policy_id() -> Memo<Option<PolicyId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())))
}

/// `/escalation`.
#[component]
pub fn EscalationPage() -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| load_policies());
    view! { <Loaded resource=list view=|list| view! { <List list/> }.into_any()/> }
}

#[component]
fn List(list: PolicyList) -> impl IntoView {
    provide_now(list.now);
    let PolicyList { policies, may_edit, .. } = list;
    let lede = lede(&policies);
    let new = may_edit.then(|| {
        view! {
            <a class="btn btn--primary" href="/escalation/new">
                <Icon name="plus" small=true/>
                "New policy"
            </a>
        }
    });
    view! {
        <PageHead title="Escalation" lede>
            <a class="btn" href="/escalation/what-if">
                "What if?"
            </a>
            {new}
        </PageHead>
        <p class="note mb">
            "Every fault mails the customer's contacts and our staff at once, at any hour. These policies say who is told after that, until somebody acknowledges. Open faults keep the version they opened under."
        </p>
        <div class="stack">
            {policies.into_iter().map(|policy| view! { <PolicyCard policy may_edit linked=true/> }).collect_view()}
        </div>
    }
    .into_any()
}

/// How many there are, and how many have a step that reaches nobody.
fn lede(policies: &[PolicyRow]) -> String {
    let count = match policies.len() {
        1 => "1 policy".to_owned(),
        count => format!("{count} policies"),
    };
    let steps: usize =
        policies.iter().map(|policy| policy.steps.iter().filter(|step| step.reaches_nobody).count()).sum();
    match steps {
        0 => format!("{count}. Every step reaches somebody now."),
        1 => format!("{count}. 1 step reaches nobody now."),
        steps => format!("{count}. {steps} steps reach nobody now."),
    }
}

/// `/escalation/:id`.
#[component]
pub fn PolicyPageView() -> impl IntoView {
    let id = use_policy_id();
    let policy = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => load_policy(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=policy view=|list| view! { <One list/> }.into_any()/> }
}

#[component]
fn One(list: PolicyList) -> impl IntoView {
    provide_now(list.now);
    let may_edit = list.may_edit;
    list.policies.into_iter().next().map(|policy| {
        let (title, id) = (policy.name.clone(), policy.id);
        view! {
            <p class="crumbs">
                <a href="/escalation">"Escalation"</a>
                " / "
                {title.clone()}
            </p>
            <PageHead title/>
            <div class="stack">
                <PolicyCard policy may_edit linked=false/>
                <what_if::Asking policy=Some(id)/>
            </div>
        }
    })
}

#[component]
fn PolicyCard(
    policy: PolicyRow,
    may_edit: bool,
    /// In a list, under its own name.
    linked: bool,
) -> impl IntoView {
    let PolicyRow { id, name, version, usual, steps, reminder, contracts, versions } = policy;
    let (heading, labelled_by) = (format!("policy-{id}"), format!("policy-{id}"));
    let title = match linked {
        true => view! { <a href=format!("/escalation/{id}")>{name.clone()}</a> }.into_any(),
        false => view! { "Steps" }.into_any(),
    };
    let actions = may_edit.then(|| {
        let make_usual = (!usual).then(|| {
            view! {
                <form method="post" action=MakePolicyUsual::url()>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="btn btn--quiet" type="submit" aria-label=format!("Make {name} the usual policy")>
                        "Make usual"
                    </button>
                </form>
            }
        });
        view! {
            {make_usual}
            <a class="btn" href=format!("/escalation/{id}/edit") aria-label=format!("Edit {name}")>
                <Icon name="pencil" small=true/>
                "Edit"
            </a>
        }
    });
    let what_if = linked.then(|| {
        view! {
            <a class="btn btn--quiet" href=format!("/escalation/what-if?policy={id}") aria-label=format!("What if: {name}")>
                "What if?"
            </a>
        }
    });
    view! {
        <section class="card policy" aria-labelledby=labelled_by>
            <div class="card-head">
                <h2 id=heading>{title}</h2>
                <span class="muted small">{format!("version {version}")}</span>
                {usual.then(|| view! { <span class="chip">"The usual one"</span> })}
                <div class="row push">{what_if} {actions}</div>
            </div>
            <ol class="policy__steps">
                {steps.into_iter().enumerate().map(|(place, step)| view! { <Step number=place + 1 step/> }).collect_view()}
            </ol>
            <div class="card-foot policy__foot">
                <p>{reminder}</p>
                <Uses contracts usual/>
                <Versions versions/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Step(number: usize, step: StepRow) -> impl IntoView {
    let StepRow { after, whom, instead, reaches_nobody } = step;
    let nobody = reaches_nobody.then(|| {
        let words = match instead.is_empty() {
            true => "Reaches nobody now, and there is no supervisor or administrator to fall back to.".to_owned(),
            false => format!("Reaches nobody now: {} would be told instead.", instead.join(", ")),
        };
        view! {
            <p class="policy__flag">
                <span class="st st--crit">
                    <Icon name="late" small=true/>
                    {words}
                </span>
            </p>
        }
    });
    view! {
        <li class="policy__step">
            <span class="policy__no" aria-hidden="true">
                {number}
            </span>
            <div>
                <strong>
                    <span class="vh">{format!("Step {number}: ")}</span>
                    {first_upper(&after)}
                </strong>
                <ul class="policy__whom">{whom.into_iter().map(|whom| view! { <Whom whom/> }).collect_view()}</ul>
                {nobody}
            </div>
        </li>
    }
}

#[component]
fn Whom(whom: WhomRow) -> impl IntoView {
    let WhomRow { words, now, missed, reaches_nobody } = whom;
    let now = (!now.is_empty() && now.as_slice() != [words.clone()])
        .then(|| view! { <span class="sub">{format!("now {}", now.join(", "))}</span> });
    let class = if reaches_nobody { "st st--crit" } else { "st st--warn" };
    let missed = (!missed.is_empty()).then(|| {
        view! {
            <span class="sub">
                <span class=class>{first_upper(&missed.join("; "))}</span>
            </span>
        }
    });
    view! {
        <li>
            {first_upper(&words)}
            {now}
            {missed}
        </li>
    }
}

/// Which contracts follow a policy.
#[component]
fn Uses(contracts: Vec<crate::api::escalation::ContractUse>, usual: bool) -> impl IntoView {
    if contracts.is_empty() {
        let words =
            if usual { "No contract follows it yet; those that name no policy will." } else { "No contract names it." };
        return view! { <p>{words}</p> }.into_any();
    }
    let words = match contracts.len() {
        1 => "1 contract follows it".to_owned(),
        count => format!("{count} contracts follow it"),
    };
    let line = |one: crate::api::escalation::ContractUse| {
        view! {
            <li class="row">
                {one.customer}
                <CoverBadge level=one.level bare=true/>
            </li>
        }
    };
    view! {
        <details>
            <summary>{words}</summary>
            <ul class="policy__list">{contracts.into_iter().map(line).collect_view()}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn Versions(versions: Vec<VersionRow>) -> impl IntoView {
    let words = match versions.len() {
        1 => "1 version".to_owned(),
        count => format!("{count} versions"),
    };
    let line = |row: VersionRow| {
        let by = row.by.map_or_else(|| "came with the installation".to_owned(), |by| format!("by {by}"));
        view! {
            <li>
                {format!("Version {}, ", row.version)}
                <At at=row.at/>
                {format!(", {by}")}
            </li>
        }
    };
    view! {
        <details>
            <summary>{words}</summary>
            <ul class="policy__list">{versions.into_iter().map(line).collect_view()}</ul>
        </details>
    }
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_counts_the_steps_that_reach_nobody() {
        let step = |reaches_nobody| StepRow {
            after: "at once".to_owned(),
            whom: Vec::new(),
            instead: Vec::new(),
            reaches_nobody,
        };
        let policy = |steps: Vec<StepRow>| PolicyRow {
            id: PolicyId(uuid::Uuid::nil()),
            name: "Standard".to_owned(),
            version: 1,
            usual: true,
            steps,
            reminder: String::new(),
            contracts: Vec::new(),
            versions: Vec::new(),
        };
        assert_eq!(lede(&[policy(vec![step(false)])]), "1 policy. Every step reaches somebody now.");
        let two = [policy(vec![step(true)]), policy(vec![step(false), step(true)])];
        assert_eq!(lede(&two), "2 policies. 2 steps reach nobody now.");
    }
}
