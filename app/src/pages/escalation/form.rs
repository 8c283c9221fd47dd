//! The form of a policy. Its buttons send what was typed to the form's own address, so it needs no script.

use domain::{id::PolicyId, probe::FieldError};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::use_policy_id;
use crate::{
    api::{
        error::ApiError,
        escalation::{Edit, PolicyForm, PolicyInput, SavePolicy, StepInput, load_policy_form},
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        edit_form::{FormSection, about},
        field::{SelectField, TextField},
        icon::Icon,
        page::{Loaded, PageHead},
    },
};

/// As many as a step may name.
const WHOM_MAX: usize = 10;
const STEPS_MAX: usize = 10;

/// What the address holds of the form: what was typed, with the button that was pressed applied, and whether to check.
fn use_typed() -> Memo<(Option<PolicyInput>, bool)> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let edit = query.get_str("do").and_then(Edit::parse);
            let typed = PolicyInput::from_address(|key| query.get(key));
            let typed = typed.map(|typed| edit.map_or(typed.clone(), |edit| typed.edited(edit)));
            (typed, edit == Some(Edit::Check))
        })
    })
}

fn check_word(check: bool) -> String {
    if check { "yes".to_owned() } else { String::new() }
}

/// `/escalation/new`.
#[component]
pub fn NewPolicyPage() -> impl IntoView {
    let typed = use_typed();
    let form =
        Resource::new_blocking(move || typed.get(), |(input, check)| load_policy_form(None, input, check_word(check)));
    view! { <Loaded resource=form view=|form| view! { <Form form/> }.into_any()/> }
}

/// `/escalation/:id/edit`.
#[component]
pub fn EditPolicyPage() -> impl IntoView {
    let (id, typed) = (use_policy_id(), use_typed());
    let form = Resource::new_blocking(
        move || (id.get(), typed.get()),
        |(id, (input, check))| async move {
            match id {
                Some(id) => load_policy_form(Some(id), input, check_word(check)).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=form view=|form| view! { <Form form/> }.into_any()/> }
}

#[component]
fn Form(form: PolicyForm) -> impl IntoView {
    let PolicyForm { id, input, wrong, conflict, choices } = form;
    let title = match id {
        None => "New escalation policy".to_owned(),
        Some(_) => format!("Edit {}", input.name),
    };
    let back = id.map_or_else(|| "/escalation".to_owned(), |id| format!("/escalation/{id}"));
    let errors = (!wrong.is_empty()).then(|| ApiError::Invalid(wrong.clone()));
    let (version, name, reminder) = (input.version.clone(), input.name.clone(), input.reminder_minutes.clone());
    let (name_wrong, reminder_wrong) = (about(&wrong, "name"), about(&wrong, "reminder_minutes"));
    view! {
        <p class="crumbs">
            <a href="/escalation">"Escalation"</a>
            " / "
            {title.clone()}
        </p>
        <PageHead title=title.clone()/>
        <Conflict words=conflict id/>
        <form class="form" method="post" action=SavePolicy::url() aria-label=title novalidate>
            // What Enter presses: the first button of a form, and the others change steps.
            <button class="vh" type="submit" tabindex="-1" aria-hidden="true">
                "Save"
            </button>
            <FormErrors error=Signal::stored(errors)/>
            {id.map(|id| view! { <input type="hidden" name="id" value=id.to_string()/> })}
            <input type="hidden" name="input[version]" value=version/>
            <FormSection id="what" title="Policy" note="Open faults keep the version they opened under.">
                <div class="form__grid">
                    <TextField
                        label="Name"
                        name="input[name]"
                        value=name
                        error=name_wrong
                        autocomplete="off"
                        required=true
                    />
                    <TextField
                        label="Reminder after (minutes)"
                        name="input[reminder_minutes]"
                        value=reminder
                        hint="Repeats until somebody acknowledges. Empty for none."
                        error=reminder_wrong
                        inputmode="numeric"
                    />
                </div>
            </FormSection>
            <Steps id input choices wrong/>
            <div class="form__actions">
                <button class="btn btn--primary" type="submit">
                    {if id.is_some() { "Save as a new version" } else { "Add policy" }}
                </button>
                <a class="btn" href=back>
                    "Cancel"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// Somebody else was faster; what was typed is still there.
#[component]
fn Conflict(words: Option<String>, id: Option<PolicyId>) -> impl IntoView {
    words.map(|words| {
        let theirs = id.map(|id| view! { <a href=format!("/escalation/{id}")>"Look at theirs"</a> });
        view! {
            <Banner kind=BannerKind::Warn>
                <p>
                    <strong>{words}</strong>
                    " "
                    <span class="note">"Saving again puts yours after it. " {theirs}</span>
                </p>
            </Banner>
        }
    })
}

#[component]
fn Steps(
    id: Option<PolicyId>,
    input: PolicyInput,
    choices: Vec<(String, String)>,
    wrong: Vec<FieldError>,
) -> impl IntoView {
    let count = input.steps.len();
    let address = PolicyInput::path(id);
    let none = wrong.iter().find(|error| error.field == "steps").map(|error| error.message.clone());
    let add = (count < STEPS_MAX).then(|| {
        view! {
            <button
                class="btn"
                type="submit"
                formmethod="get"
                formaction=format!("{address}#step-{}", count + 1)
                name="do"
                value=Edit::Add.word()
            >
                <Icon name="plus" small=true/>
                "Add a step"
            </button>
        }
    });
    let steps = input.steps.into_iter().enumerate().map(|(place, step)| {
        let (choices, wrong, address) = (choices.clone(), wrong.clone(), address.clone());
        view! { <StepFields place step count choices wrong address/> }
    });
    view! {
        <section class="form__section" aria-labelledby="steps">
            <div>
                <h2 id="steps">"Steps"</h2>
                <p class="note">
                    "In order of time. Staff are paged only in the hours of the fault's level; contacts at any hour. Everybody in a step is on one side."
                </p>
            </div>
            <div class="stack">
                {none.map(|none| view! { <p class="policy__wrong" id="f-steps">{none}</p> })}
                {steps.collect_view()}
                <div class="row">{add}</div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn StepFields(
    /// Counted from 0.
    place: usize,
    step: StepInput,
    count: usize,
    choices: Vec<(String, String)>,
    wrong: Vec<FieldError>,
    address: String,
) -> impl IntoView {
    let field = |part: &str| format!("steps[{place}].{part}");
    let name = |part: &str| format!("input[steps][{place}][{part}]");
    let number = place + 1;
    let counted = [("elapsed", "Day and night"), ("cover", "Cover hours of the level")];
    let counted = counted.map(|(value, words)| (value.to_owned(), words.to_owned())).into();
    let nobody = wrong.iter().find(|error| error.field == field("whom")).map(|error| error.message.clone());
    view! {
        <fieldset class="policy__edit" id=format!("step-{number}")>
            <legend>{format!("Step {number}")}</legend>
            <div class="form__grid">
                <TextField
                    label="After (minutes)"
                    name=name("after_minutes")
                    value=step.after_minutes.clone()
                    hint="Since the fault opened; 0 is at once."
                    error=about(&wrong, &field("after_minutes"))
                    inputmode="numeric"
                />
                <SelectField
                    label="Counted"
                    name=name("counted")
                    options=counted
                    value=step.counted.clone()
                    hint="What the minutes count."
                    error=about(&wrong, &field("counted"))
                />
                <WhomFields place whom=step.whom choices wrong/>
            </div>
            {nobody.map(|nobody| view! { <p class="policy__wrong">{nobody}</p> })}
            <StepButtons place count address/>
        </fieldset>
    }
    .into_any()
}

/// One list for each who is told, and an empty one for one more.
#[component]
fn WhomFields(
    place: usize,
    whom: Vec<String>,
    choices: Vec<(String, String)>,
    wrong: Vec<FieldError>,
) -> impl IntoView {
    let count = whom.len();
    let empty = (count < WHOM_MAX).then(String::new);
    let list = move |(one, value): (usize, String)| {
        let label = match one {
            0 => "Whom".to_owned(),
            _ if value.is_empty() => "And also".to_owned(),
            _ => format!("Whom, {}", one + 1),
        };
        let first = (String::new(), "Nobody".to_owned());
        let options = std::iter::once(first).chain(choices.iter().cloned()).collect::<Vec<_>>();
        view! {
            <SelectField
                label
                name=format!("input[steps][{place}][whom][{one}]")
                options
                value
                error=about(&wrong, &format!("steps[{place}].whom[{one}]"))
            />
        }
    };
    whom.into_iter().chain(empty).enumerate().map(list).collect_view()
}

#[component]
fn StepButtons(place: usize, count: usize, address: String) -> impl IntoView {
    let number = place + 1;
    let button = move |edit: Edit, words: &'static str, to: usize| {
        view! {
            <button
                class="btn btn--quiet"
                type="submit"
                formmethod="get"
                formaction=format!("{address}#step-{to}")
                name="do"
                value=edit.word()
                aria-label=format!("{words}: step {number}")
            >
                {words}
            </button>
        }
    };
    view! {
        <div class="row">
            {(0 < place).then(|| button(Edit::Up(place), "Tell them earlier", number - 1))}
            {(number < count).then(|| button(Edit::Down(place), "Tell them later", number + 1))}
            {button(Edit::MoreWhom, "One more person", number)}
            {(1 < count).then(|| button(Edit::Remove(place), "Remove step", number.saturating_sub(1).max(1)))}
        </div>
    }
}
