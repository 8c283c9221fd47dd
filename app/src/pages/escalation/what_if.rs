//! "A fault on this host at this time: who hears what when?" The address holds the question.

use domain::{id::PolicyId, probe::FieldError};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::escalation::{WhatIfAnswer, WhatIfInput, WhatIfLine, WhatIfPage, load_what_if},
    components::{
        cover_badge::CoverBadge,
        field::{SelectField, TextField},
        icon::Icon,
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// `/escalation/what-if?place=host:pbx-1&date=2026-11-27&time=22:00`.
#[component]
pub fn WhatIfPageView() -> impl IntoView {
    view! {
        <p class="crumbs">
            <a href="/escalation">"Escalation"</a>
            " / What if?"
        </p>
        <PageHead title="What if?" lede="A fault on this host at this time: who hears what when? Nobody is told by asking."/>
        <Asking policy=None/>
    }
}

/// The question and its answer, with one policy given on its own page.
#[component]
pub(super) fn Asking(policy: Option<PolicyId>) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let mut asked = query.with(|query| WhatIfInput::from_address(|key| query.get(key)));
        if let Some(policy) = policy {
            asked.policy = policy.to_string();
        }
        asked
    });
    let page = Resource::new_blocking(move || asked.get(), load_what_if);
    let action = policy.map_or_else(|| "/escalation/what-if".to_owned(), |id| format!("/escalation/{id}"));
    view! {
        <Loaded
            resource=page
            view=move |page| view! { <Answered page action=action.clone() own=policy.is_some()/> }.into_any()
        />
    }
}

#[component]
fn Answered(page: WhatIfPage, action: String, own: bool) -> impl IntoView {
    provide_now(page.now);
    let WhatIfPage { input, places, levels, policies, wrong, answer, .. } = page;
    view! {
        <div class="stack">
            <section class="card" aria-labelledby="ask">
                <div class="card-head">
                    <h2 id="ask">{if own { "What if?" } else { "The fault" }}</h2>
                </div>
                <form class="card-body stack" method="get" action=action aria-label="What if">
                    <Questions input places levels policies wrong own/>
                    <div class="row">
                        <button class="btn btn--primary" type="submit">
                            "Show who hears"
                        </button>
                    </div>
                </form>
            </section>
            {answer.map(|answer| view! { <Answer answer/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Questions(
    input: WhatIfInput,
    places: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    policies: Vec<(String, String)>,
    wrong: Vec<FieldError>,
    own: bool,
) -> impl IntoView {
    let about = |field: &str| {
        Signal::stored(wrong.iter().find(|error| error.field == field).map(|error| error.message.clone()))
    };
    let policy = (!own).then(|| {
        view! {
            <SelectField
                label="Policy"
                name="policy"
                options=with_first("The contract's, else the usual one", policies)
                value=input.policy.clone()
                error=about("policy")
            />
        }
    });
    let statuses = [("critical", "Critical"), ("warning", "Degraded"), ("unknown", "Unknown")];
    let statuses = statuses.map(|(value, words)| (value.to_owned(), words.to_owned())).into();
    view! {
        <div class="form__grid">
            <SelectField
                label="Where"
                name="place"
                options=with_first("Choose a host or a customer", places)
                value=input.place
                error=about("place")
            />
            <SelectField label="How bad" name="status" options=statuses value=input.status error=about("status")/>
            <TextField label="Day" name="date" input_type="date" value=input.date error=about("date")/>
            <TextField label="Time at the customer's" name="time" input_type="time" value=input.time error=about("time")/>
            <SelectField
                label="Level of cover"
                name="level"
                options=with_first("The contract's", levels)
                value=input.level
                error=about("level")
            />
            {policy}
            <TextField
                label="Acknowledged after (minutes)"
                name="acknowledged_after"
                value=input.acknowledged_after
                error=about("acknowledged_after")
                inputmode="numeric"
            />
        </div>
    }
    .into_any()
}

fn with_first(none: &str, options: Vec<(String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), none.to_owned())).chain(options).collect()
}

#[component]
fn Answer(answer: WhatIfAnswer) -> impl IntoView {
    let WhatIfAnswer {
        about,
        level,
        level_because,
        policy,
        opens_ticket,
        response_due,
        next_step,
        waits,
        lines,
        silent,
        zone,
    } = answer;
    let ticket = match (opens_ticket, response_due) {
        (false, _) => "No ticket opens.".to_owned(),
        (true, None) => "A ticket opens; no response target runs.".to_owned(),
        (true, Some(due)) => format!("A ticket opens. We aim to respond by {due}."),
    };
    let waits = (!waits.is_empty()).then(|| {
        view! {
            <dt>"Paging"</dt>
            <dd>
                <strong>{waits.join(" ")}</strong>
            </dd>
        }
    });
    view! {
        <section class="card" aria-labelledby="answer">
            <div class="card-head">
                <h2 id="answer">"Who hears what when"</h2>
                <span class="muted small">{format!("Times in {zone}")}</span>
            </div>
            <div class="card-body stack">
                <p>{about}</p>
                <dl class="wsn">
                    <dt>"Cover"</dt>
                    <dd>
                        <CoverBadge level bare=true/>
                        " "
                        {level_because}
                    </dd>
                    <dt>"Policy"</dt>
                    <dd>{policy}</dd>
                    <dt>"Ticket"</dt>
                    <dd>{ticket}</dd>
                    {waits}
                    <dt>"The mails say"</dt>
                    <dd>{next_step}</dd>
                </dl>
            </div>
            <Lines lines/>
            <Silent silent/>
        </section>
    }
    .into_any()
}

#[component]
fn Lines(lines: Vec<WhatIfLine>) -> impl IntoView {
    view! {
        <table class="table whatif" role="table" aria-label="Who hears what when">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"When"</th>
                    <th role="columnheader" scope="col">"What"</th>
                    <th role="columnheader" scope="col">"Who, and why"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{lines.into_iter().map(|line| view! { <LineRow line/> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn LineRow(line: WhatIfLine) -> impl IntoView {
    let WhatIfLine { at, local, what, late, told, missed } = line;
    let nobody = told.is_empty().then(|| view! { <span class="st st--crit">"Nobody"</span> });
    let told = told.into_iter().map(|(name, because)| {
        view! {
            <li>
                {name}
                <span class="sub">{because}</span>
            </li>
        }
    });
    let missed = missed.into_iter().map(|missed| {
        view! {
            <li class="sub">
                <span class="st st--warn">{missed}</span>
            </li>
        }
    });
    view! {
        <tr role="row">
            <td role="cell">
                <time datetime=at.to_string()>{local}</time>
            </td>
            <td role="cell">
                {what}
                {late.map(|late| view! { <span class="sub">{late}</span> })}
            </td>
            <td role="cell">
                {nobody}
                <ul>{told.collect_view()} {missed.collect_view()}</ul>
            </td>
        </tr>
    }
}

#[component]
fn Silent(silent: Vec<String>) -> impl IntoView {
    (!silent.is_empty()).then(|| {
        view! {
            <ul class="card-foot whatif__silent">
                {silent
                    .into_iter()
                    .map(|words| {
                        view! {
                            <li class="row">
                                <Icon name="belloff" small=true/>
                                {words}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
    })
}
