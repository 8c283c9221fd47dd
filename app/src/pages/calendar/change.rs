//! Announcing days, taking them back, editing hours, taking over bank holidays: a form, its preview, separate acts.
//!
//! The form is a GET of the page itself, so the preview has an address and works before the page is alive.

use leptos::prelude::*;

use super::{super::host::live::use_asked, TimeTabs, preview::PreviewCard};
use crate::{
    api::{
        calendars::{ChangeForm, SaveChange, What, load_change},
        error::ApiError,
    },
    components::{
        banner::FormErrors,
        edit_form::{FormSection, refusal},
        field::{SelectField, TextField},
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// `/calendar/announce`.
#[component]
pub fn AnnouncePage() -> impl IntoView {
    view! { <ChangePage what=What::Announce/> }
}

/// `/calendar/withdraw?calendar=working-hours&first_on=2026-12-24&last_on=2026-12-24`.
#[component]
pub fn WithdrawPage() -> impl IntoView {
    view! { <ChangePage what=What::Withdraw/> }
}

/// `/calendar/new`.
#[component]
pub fn NewCalendarPage() -> impl IntoView {
    view! { <ChangePage what=What::Edit/> }
}

/// `/calendar/working-hours/edit`.
#[component]
pub fn EditCalendarPage() -> impl IntoView {
    view! { <ChangePage what=What::Edit/> }
}

/// `/calendar/holidays/renew`.
#[component]
pub fn RenewPage() -> impl IntoView {
    view! { <ChangePage what=What::Renew/> }
}

fn is_own(path: &str) -> bool {
    path.starts_with("/calendar/")
}

#[component]
fn ChangePage(what: What) -> impl IntoView {
    let asked = use_asked(is_own, |params, query| (params.get("key").unwrap_or_default(), query.to_query_string()));
    let action = ServerAction::<SaveChange>::new();
    let form = Resource::new_blocking(
        move || (asked.get(), action.version().get()),
        move |((key, query), _)| load_change(what, key, query),
    );
    let draw = move |form| {
        let (key, _) = asked.get_untracked();
        view! { <Change what key form action/> }.into_any()
    };
    view! { <Loaded resource=form view=draw/> }
}

#[component]
fn Change(what: What, key: String, form: ChangeForm, action: ServerAction<SaveChange>) -> impl IntoView {
    provide_now(form.now);
    let name = if key.is_empty() { "New calendar".to_owned() } else { form.text("name") };
    let (title, lede, tab) = match what {
        What::Announce => ("Announce a day".to_owned(), "A closed day, or a day with other hours.", "/calendar"),
        What::Withdraw => ("Take back announced days".to_owned(), "The usual hours hold again.", "/calendar"),
        What::Edit if key.is_empty() => (name, "Levels name a calendar by its key.", "/calendar"),
        What::Edit => {
            (format!("Hours: {name}"), "An edit is a new version; tickets keep the one they have.", "/calendar")
        }
        What::Renew => (
            "Take over the bank holidays".to_owned(),
            "New versions of the calendars that observe them, with the list as it is now.",
            "/calendar/holidays",
        ),
    };
    let errors = Some(form.errors.clone()).filter(|errors| !errors.is_empty()).map(ApiError::Invalid);
    let refused = refusal(action);
    let fields = match what {
        What::Announce => view! { <AnnounceFields form=form.clone()/> }.into_any(),
        What::Edit => view! { <EditFields form=form.clone() new=key.is_empty()/> }.into_any(),
        What::Withdraw | What::Renew => ().into_any(),
    };
    let fields = matches!(what, What::Announce | What::Edit).then(|| {
        view! {
            <form class="form" method="get" aria-label=title.clone() novalidate>
                <FormErrors error=Signal::stored(errors.clone())/>
                {fields}
                <div class="form__actions">
                    <button class="btn btn--primary" type="submit" name="go" value="preview">
                        "Preview"
                    </button>
                    <a class="btn" href=tab>
                        "Cancel"
                    </a>
                </div>
            </form>
        }
    });
    let without_form = (fields.is_none()).then(|| view! { <FormErrors error=Signal::stored(errors)/> });
    let nothing = form.preview.as_ref().is_some_and(|preview| preview.days.is_empty());
    let preview = form.preview.clone().map(|preview| match nothing {
        true => view! { <p>"Every calendar that observes bank holidays has the list as it is now."</p> }.into_any(),
        false => view! { <PreviewCard what calendar=key form=form.form.clone() preview action/> }.into_any(),
    });
    view! {
        <TimeTabs current=tab/>
        <PageHead title lede/>
        <div class="stack change">
            <FormErrors error=refused/>
            {without_form}
            {preview}
            {fields}
        </div>
    }
    .into_any()
}

/// What is wrong with a field of a form that was loaded.
pub(in crate::pages) fn mistake(errors: &[domain::probe::FieldError], field: &str) -> Signal<Option<String>> {
    let found: Vec<_> = errors.iter().filter(|error| error.field == field).map(|error| error.message.clone()).collect();
    Signal::stored(Some(found.join("; ")).filter(|words| !words.is_empty()))
}

#[component]
fn AnnounceFields(form: ChangeForm) -> impl IntoView {
    let form = StoredValue::new(form);
    let wrong = move |field: &str| form.with_value(|form| mistake(&form.errors, field));
    let text = move |field: &str| form.with_value(|form| form.text(field));
    let boxes = form
        .get_value()
        .calendars
        .into_iter()
        .map(|choice| {
            let checked = form.with_value(|form| form.has("calendar", &choice.key));
            view! {
                <label class="row">
                    <input type="checkbox" name="calendar" value=choice.key.clone() checked=checked/>
                    {choice.name.clone()}
                </label>
            }
        })
        .collect_view();
    let calendars_wrong = wrong("calendar");
    view! {
        <FormSection id="day" title="The day" note="In a range, days that are closed anyway stay as they are.">
            <fieldset class="stack stack--s" id="f-calendar" tabindex="-1">
                <legend class="label mb-s">"Calendars"</legend>
                {boxes}
                {move || calendars_wrong.get().map(|words| view! { <span class="error">{words}</span> })}
            </fieldset>
            <div class="form__grid">
                <TextField
                    label="First day"
                    name="first_on"
                    input_type="date"
                    value=text("first_on")
                    error=wrong("first_on")
                    required=true
                />
                <TextField
                    label="Last day"
                    name="last_on"
                    input_type="date"
                    value=text("last_on")
                    hint="Empty: one day."
                    error=wrong("last_on")
                />
                <TextField
                    label="Open"
                    name="hours"
                    value=text("hours")
                    hint="Such as 09:00-12:00, 13:00-15:00. Empty: closed."
                    error=wrong("hours")
                    autocomplete="off"
                />
                <TextField
                    label="What customers read"
                    name="text"
                    value=text("text")
                    hint="Such as Christmas shutdown."
                    error=wrong("text")
                    autocomplete="off"
                    required=true
                />
            </div>
        </FormSection>
    }
}

const DAYS: [(&str, &str); 7] = [
    ("weekly.mon", "Monday"),
    ("weekly.tue", "Tuesday"),
    ("weekly.wed", "Wednesday"),
    ("weekly.thu", "Thursday"),
    ("weekly.fri", "Friday"),
    ("weekly.sat", "Saturday"),
    ("weekly.sun", "Sunday"),
];

#[component]
fn EditFields(form: ChangeForm, new: bool) -> impl IntoView {
    let form = StoredValue::new(form);
    let wrong = move |field: &str| form.with_value(|form| mistake(&form.errors, field));
    let text = move |field: &str| form.with_value(|form| form.text(field));
    let key = new.then(|| {
        view! {
            <TextField
                label="Key"
                name="key"
                value=text("key")
                hint="What levels name it with, such as saturdays. It stays."
                error=wrong("key")
                autocomplete="off"
                required=true
            />
        }
    });
    let days = DAYS
        .map(|(field, label)| {
            view! { <TextField label name=field value=text(field) error=wrong(field) autocomplete="off"/> }
        })
        .collect_view();
    let observe = [("yes", "Closed on bank holidays"), ("no", "Bank holidays are days like others")];
    view! {
        <FormSection id="what" title="The calendar" note="Hours are local to its time zone.">
            <div class="form__grid">
                {key}
                <TextField label="Name" name="name" value=text("name") error=wrong("name") autocomplete="off" required=true/>
                <TextField
                    label="Time zone"
                    name="tz"
                    value=text("tz")
                    hint="An IANA name such as Europe/London."
                    error=wrong("tz")
                    autocomplete="off"
                    required=true
                />
                <SelectField
                    label="Bank holidays"
                    name="holidays"
                    options=observe.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec()
                    value=text("holidays")
                />
            </div>
        </FormSection>
        <FormSection
            id="week"
            title="The week"
            note="Windows such as 09:00-17:00, 18:00-30:00; 30:00 is 06:00 the day after. Empty: closed."
        >
            <div class="form__grid">{days}</div>
        </FormSection>
    }
}
