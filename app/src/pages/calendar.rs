//! A year of one calendar, with what is special about its days.

mod change;
mod holidays;
mod preview;

use domain::calendar::DayMark;
use leptos::prelude::*;

pub(super) use self::change::mistake;
pub use self::{
    change::{AnnouncePage, EditCalendarPage, NewCalendarPage, RenewPage, WithdrawPage},
    holidays::HolidaysPageView,
};
use super::host::live::use_asked;
use crate::{
    api::calendars::{DayBox, DayLine, Month, YearPage, load_year},
    components::{
        icon::Icon,
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// `/calendar?calendar=working-hours&year=2026`.
#[component]
pub fn CalendarPage() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| {
        (query.get("calendar").unwrap_or_default(), query.get("year").unwrap_or_default())
    });
    let page = Resource::new_blocking(move || asked.get(), |(calendar, year)| load_year(calendar, year));
    view! { <Loaded resource=page view=move |page| view! { <Year page/> }.into_any()/> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/calendar"
}

/// The pages about time, above each of them.
#[component]
pub(super) fn TimeTabs(
    /// Address of the one that is shown.
    current: &'static str,
) -> impl IntoView {
    let tabs = [("/rota", "On call"), ("/calendar", "Calendar"), ("/calendar/holidays", "Bank holidays")];
    let link = |(href, words): (&'static str, &'static str)| {
        view! {
            <a href=href aria-current=(href == current).then_some("true")>
                {words}
            </a>
        }
    };
    view! {
        <nav class="views" aria-label="On call and calendar">
            {tabs.map(link).collect_view()}
        </nav>
    }
}

#[component]
fn Year(page: YearPage) -> impl IntoView {
    provide_now(page.now);
    let href = |year: i16| format!("/calendar?calendar={}&year={year}", page.key);
    let (before, after) = (href(page.year - 1), href(page.year + 1));
    let (year_before, year_after) = (page.year - 1, page.year + 1);
    let edit = page.may_edit.then(|| {
        view! {
            <a class="btn" href=format!("/calendar/{}/edit", page.key)>
                <Icon name="pencil" small=true/>
                "Edit hours"
            </a>
            <a class="btn btn--primary" href=format!("/calendar/announce?calendar={}", page.key)>
                <Icon name="plus" small=true/>
                "Announce a day"
            </a>
        }
    });
    let holidays = if page.observes_holidays { "bank holidays observed" } else { "bank holidays are ordinary days" };
    let lede = format!("{}; {holidays}. {}, version {}.", page.hours.join("; "), page.zone, page.version);
    let choose = (1 < page.calendars.len()).then(|| view! { <Calendars page=page.clone()/> });
    let title = format!("{} {}", page.name, page.year);
    view! {
        <TimeTabs current="/calendar"/>
        <PageHead title lede>
            <a class="btn btn--icon" href=before aria-label=format!("{year_before}")>
                <span class="flip"><Icon name="right"/></span>
            </a>
            <a class="btn btn--icon" href=after aria-label=format!("{year_after}")>
                <Icon name="right"/>
            </a>
            {edit}
        </PageHead>
        {choose}
        <div class="split">
            <div class="stack">
                <div class="year">
                    {page.months.into_iter().map(|month| view! { <MonthTable month year=page.year/> }).collect_view()}
                </div>
                <Key/>
            </div>
            <aside class="stack" aria-label="Days that change clocks">
                <DayList title="Days that change clocks" days=page.days/>
            </aside>
        </div>
    }
    .into_any()
}

/// The calendars to choose from.
#[component]
fn Calendars(page: YearPage) -> impl IntoView {
    let link = |choice: &crate::api::calendars::Choice| {
        let on = choice.key == page.key;
        view! {
            <a
                class=if on { "filter filter--on" } else { "filter" }
                aria-current=on.then_some("true")
                href=format!("/calendar?calendar={}&year={}", choice.key, page.year)
            >
                {choice.name.clone()}
            </a>
        }
    };
    let new = page.may_edit.then(|| {
        view! {
            <a class="filter" href="/calendar/new">
                <Icon name="plus" small=true/>
                "New calendar"
            </a>
        }
    });
    view! {
        <nav class="filters" aria-label="Calendars">
            {page.calendars.iter().map(link).collect_view()}
            {new}
        </nav>
    }
}

const DAYS: [(&str, &str); 7] = [
    ("M", "Monday"),
    ("T", "Tuesday"),
    ("W", "Wednesday"),
    ("T", "Thursday"),
    ("F", "Friday"),
    ("S", "Saturday"),
    ("S", "Sunday"),
];

#[component]
fn MonthTable(month: Month, year: i16) -> impl IntoView {
    let head = DAYS.map(|(letter, name)| view! { <th scope="col" abbr=name>{letter}</th> }).collect_view();
    let rows = month
        .weeks
        .into_iter()
        .map(|week| {
            let cells = week.map(|day| view! { <DayCell day/> }).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="year__month">
            <caption>{month.name} <span class="vh">{format!(" {year}")}</span></caption>
            <thead>
                <tr>{head}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The class and the sign of a mark; the sign says what the colour says.
fn look(mark: DayMark) -> (&'static str, &'static str) {
    match mark {
        DayMark::Open => ("open", ""),
        DayMark::Closed => ("closed", ""),
        DayMark::BankHoliday => ("hol", "H"),
        DayMark::AnnouncedClosed => ("shut", "C"),
        DayMark::OtherHours => ("red", "R"),
    }
}

#[component]
fn DayCell(day: Option<DayBox>) -> impl IntoView {
    let Some(day) = day else { return view! { <td></td> }.into_any() };
    let (class, sign) = look(day.mark);
    let today = if day.today { " year__day--today" } else { "" };
    let sign = if day.clocks_change { format!("{sign}±") } else { sign.to_owned() };
    let words = match day.mark {
        DayMark::Closed if day.words.is_empty() => ", closed".to_owned(),
        _ if day.words.is_empty() => String::new(),
        _ => format!(", {}", day.words),
    };
    view! {
        <td class=format!("year__day year__day--{class}{today}") title=day.words>
            <span class="d">{day.day}</span>
            {(!sign.is_empty()).then(|| view! { <span class="sign" aria-hidden="true">{sign}</span> })}
            <span class="vh">{words}</span>
        </td>
    }
    .into_any()
}

/// What the signs mean.
#[component]
fn Key() -> impl IntoView {
    let item = |class: &'static str, sign: &'static str, words: &'static str| {
        view! {
            <span>
                <span class=format!("year__key year__day--{class}") aria-hidden="true">{sign}</span>
                {words}
            </span>
        }
    };
    view! {
        <p class="tape-key">
            {item("open", "1", "Open")}
            {item("closed", "1", "Closed as every week")}
            {item("hol", "H", "Bank holiday")}
            {item("shut", "C", "Announced: closed")}
            {item("red", "R", "Announced: other hours")}
            {item("open", "±", "Clocks change")}
        </p>
    }
}

/// Special days in a card, each with the clocks it stops.
#[component]
pub(super) fn DayList(title: &'static str, days: Vec<DayLine>) -> impl IntoView {
    let body = match days.is_empty() {
        true => view! { <p class="note">"None."</p> }.into_any(),
        false => {
            let days = days.into_iter().map(|day| view! { <DayItem day/> }).collect_view();
            view! { <ul class="daylist">{days}</ul> }.into_any()
        }
    };
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{title}</h2>
            </div>
            <div class="card-body">
                {body} <p class="note mt">"Editing a calendar changes no open ticket by itself."</p>
            </div>
        </section>
    }
}

#[component]
pub(super) fn DayItem(day: DayLine) -> impl IntoView {
    let what = day.what.clone();
    let withdraw = day.withdraw.map(|href| {
        view! {
            <a class="sub" href=href aria-label=format!("Take back: {what}, {}", day.when)>
                "Take back"
            </a>
        }
    });
    view! {
        <li>
            <span>{day.when.clone()}</span>
            <span>{day.what} {(!day.sub.is_empty()).then(|| view! { <span class="sub">{day.sub}</span> })} {withdraw}</span>
        </li>
    }
}
