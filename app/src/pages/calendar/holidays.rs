//! Bank holidays by year: adding, renaming, removing, and a file to import.

use leptos::prelude::*;

use super::{super::host::live::use_asked, TimeTabs};
use crate::{
    api::calendars::{
        AddHoliday, HolidayRow, HolidaysPage, ImportHolidays, ImportPreview, ReadHolidays, RemoveHoliday,
        RenameHoliday, load_holidays,
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        confirm::Confirm,
        edit_form::{FormSection, busy, refusal, wrong},
        field::{TextArea, TextField},
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// What can be done on this page; each success loads the list again.
#[derive(Clone, Copy)]
struct Actions {
    add: ServerAction<AddHoliday>,
    rename: ServerAction<RenameHoliday>,
    remove: ServerAction<RemoveHoliday>,
    read: ServerAction<ReadHolidays>,
    import: ServerAction<ImportHolidays>,
}

/// `/calendar/holidays?year=2026&import=ID`.
#[component]
pub fn HolidaysPageView() -> impl IntoView {
    let asked = use_asked(
        |path| path.trim_end_matches('/') == "/calendar/holidays",
        |_, query| (query.get("year").unwrap_or_default(), query.get("import").unwrap_or_default()),
    );
    let actions = Actions {
        add: ServerAction::new(),
        rename: ServerAction::new(),
        remove: ServerAction::new(),
        read: ServerAction::new(),
        import: ServerAction::new(),
    };
    let version = move || {
        let (add, rename, remove) = (actions.add.version(), actions.rename.version(), actions.remove.version());
        add.get() + rename.get() + remove.get() + actions.import.version().get()
    };
    let page =
        Resource::new_blocking(move || (asked.get(), version()), |((year, import), _)| load_holidays(year, import));
    view! { <Loaded resource=page view=move |page| view! { <Page page actions/> }.into_any()/> }
}

#[component]
fn Page(page: HolidaysPage, actions: Actions) -> impl IntoView {
    provide_now(page.now);
    let may_edit = page.may_edit;
    let years = page
        .years
        .iter()
        .map(|year| {
            let on = *year == page.year;
            view! {
                <a
                    class=if on { "filter filter--on" } else { "filter" }
                    aria-current=on.then_some("true")
                    href=format!("/calendar/holidays?year={year}")
                >
                    {*year}
                </a>
            }
        })
        .collect_view();
    let behind = (!page.behind.is_empty()).then(|| {
        let names = page.behind.join(", ");
        let renew =
            may_edit.then(|| view! { <a class="btn" href="/calendar/holidays/renew">"Preview new versions"</a> });
        view! {
            <Banner kind=BannerKind::Warn>
                <p>
                    <strong>"The list has changed since these calendars took it over."</strong>
                    " "
                    <span class="note">{format!("{names}. Clocks count by the version they have.")}</span>
                </p>
                {renew}
            </Banner>
        }
    });
    let import = page.import.clone().map(|import| view! { <Import import action=actions.import/> });
    let forms = may_edit.then(|| view! { <AddForm action=actions.add/> <ReadForm action=actions.read/> });
    let lede = "Editing the list changes no calendar: each version keeps the days it was made with.";
    view! {
        <TimeTabs current="/calendar/holidays"/>
        <PageHead title=format!("Bank holidays {}", page.year) lede/>
        <FormErrors error=refusal(actions.rename)/>
        <FormErrors error=refusal(actions.remove)/>
        {behind}
        {import}
        <nav class="filters" aria-label="Years">
            {years}
        </nav>
        <div class="stack change">
            <List days=page.days may_edit actions/>
            {forms}
        </div>
    }
    .into_any()
}

#[component]
fn List(days: Vec<HolidayRow>, may_edit: bool, actions: Actions) -> impl IntoView {
    if days.is_empty() {
        return view! { <p>"There are none in this year yet."</p> }.into_any();
    }
    let rows = days.into_iter().map(|day| view! { <Row day may_edit actions/> }).collect_view();
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption class="vh">"Bank holidays"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col">"Name"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(day: HolidayRow, may_edit: bool, actions: Actions) -> impl IntoView {
    let (rename, remove) = (actions.rename, actions.remove);
    let label = format!("Remove {}, {}", day.name, day.words);
    let change = may_edit.then(|| {
        let day = StoredValue::new(day.clone());
        let (date, version) = (move || day.with_value(|day| day.day.clone()), day.with_value(|day| day.version));
        let (name, named) = day.with_value(|day| (day.name.clone(), format!("Name of {}", day.words)));
        view! {
            <td>
                <div class="row holiday">
                    <ActionForm action=rename attr:class="row">
                        <input type="hidden" name="day" value=date()/>
                        <input type="hidden" name="version" value=version/>
                        <input
                            class="input"
                            name="name"
                            value=name
                            aria-label=named
                        />
                        <button class="btn" type="submit">
                            "Rename"
                        </button>
                    </ActionForm>
                    <Confirm label question="Calendars keep it until new versions are made." compact=true>
                        <ActionForm action=remove>
                            <input type="hidden" name="day" value=date()/>
                            <input type="hidden" name="version" value=version/>
                            <button class="btn btn--danger" type="submit">
                                "Remove"
                            </button>
                        </ActionForm>
                    </Confirm>
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <td class="nowrap">{day.words.clone()}</td>
            {(!may_edit).then(|| view! { <td>{day.name.clone()}</td> })}
            {change}
        </tr>
    }
}

#[component]
fn AddForm(action: ServerAction<AddHoliday>) -> impl IntoView {
    let error = refusal(action);
    view! {
        <ActionForm action attr:class="form" attr:aria-label="Add a bank holiday" attr:novalidate="">
            <FormErrors error/>
            <FormSection id="add" title="Add a bank holiday" note="Substitute days are days of their own.">
                <div class="form__grid">
                    <TextField label="Day" name="day" input_type="date" error=wrong(error, "day") required=true/>
                    <TextField label="Name" name="name" error=wrong(error, "name") autocomplete="off" required=true/>
                </div>
                <div class="form__actions">
                    <button class="btn" type="submit" aria-busy=busy(action)>
                        "Add"
                    </button>
                </div>
            </FormSection>
        </ActionForm>
    }
}

#[component]
fn ReadForm(action: ServerAction<ReadHolidays>) -> impl IntoView {
    let error = refusal(action);
    view! {
        <ActionForm action attr:class="form" attr:aria-label="Import an iCalendar file" attr:novalidate="">
            <FormErrors error/>
            <FormSection id="import" title="Import an iCalendar file" note="You see what is new before anything is saved.">
                <TextArea
                    label="Text of the file"
                    name="text"
                    hint="Everything from BEGIN:VCALENDAR to END:VCALENDAR, whole days only."
                    rows=6
                    error=wrong(error, "text")
                />
                <div class="form__actions">
                    <button class="btn" type="submit" aria-busy=busy(action)>
                        "Preview"
                    </button>
                </div>
            </FormSection>
        </ActionForm>
        <form
            class="form"
            method="post"
            action="/calendar/holidays/file"
            enctype="multipart/form-data"
            aria-label="Choose an iCalendar file"
        >
            <FormSection id="import-file" title="Or choose the file" note="The same preview, nothing is saved yet.">
                <TextField
                    label="File"
                    name="file"
                    input_type="file"
                    hint="A file that ends in .ics, 1 MB at most."
                    error=wrong(error, "file")
                    required=true
                />
                <div class="form__actions">
                    <button class="btn" type="submit">
                        "Preview the file"
                    </button>
                </div>
            </FormSection>
        </form>
    }
}

#[component]
fn Import(import: ImportPreview, action: ServerAction<ImportHolidays>) -> impl IntoView {
    let new = import.new.iter().map(|day| {
        view! {
            <li>
                <span>{day.words.clone()}</span>
                <span>{day.name.clone()} <span class="sub">"New"</span></span>
            </li>
        }
    });
    let changed = import.changed.iter().map(|(day, before)| {
        view! {
            <li>
                <span>{day.words.clone()}</span>
                <span>{day.name.clone()} <span class="sub">{format!("Changed, was {before}")}</span></span>
            </li>
        }
    });
    let count = import.new.len() + import.changed.len();
    let save = (0 < count).then(|| {
        view! {
            <ActionForm action attr:class="form__actions">
                <input type="hidden" name="id" value=import.id.clone()/>
                <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                    "Save these days"
                </button>
                <a class="btn" href="/calendar/holidays">
                    "Leave it"
                </a>
            </ActionForm>
        }
    });
    view! {
        <section class="card mb change" aria-labelledby="import-preview">
            <div class="card-head">
                <h2 id="import-preview">"The file"</h2>
                <span class="small muted">"Nothing is saved yet"</span>
            </div>
            <div class="card-body stack">
                <FormErrors error=refusal(action)/>
                <p>
                    {format!(
                        "{} new, {} changed, {} as they are. Days that are not in the file stay.",
                        import.new.len(),
                        import.changed.len(),
                        import.same,
                    )}
                </p>
                <ul class="daylist daylist--wide">{new.collect_view()} {changed.collect_view()}</ul>
                {save}
            </div>
        </section>
    }
}
