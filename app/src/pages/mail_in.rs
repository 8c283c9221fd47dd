//! Mail in: what arrived, what became of it, and the doubtful put where it belongs.

mod settle;

use domain::{id::IncomingId, incoming::Outcome, text::size_words, ticket::reference, time::Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::settle::Settle;
use super::host::live::use_asked;
use crate::{
    api::{
        error::ApiError,
        incoming::{DiscardMail, MailInList, MailInPage, MailInRow, ReleaseMail, Shown, load_incoming, load_mail_in},
    },
    components::{
        edit_form::done,
        icon::Icon,
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

/// The views of the list, in the order of the page.
const VIEWS: [Shown; 8] = [
    Shown::Waiting,
    Shown::All,
    Shown::Of(Outcome::Opened),
    Shown::Of(Outcome::Message),
    Shown::Of(Outcome::Bounce),
    Shown::Of(Outcome::Ignored),
    Shown::Of(Outcome::Released),
    Shown::Of(Outcome::Discarded),
];

/// `/mail-in?show=all&before=1795106520000000`.
#[component]
pub fn MailInPageView() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| {
        let shown = Shown::parse(&query.get("show").unwrap_or_default());
        (shown, query.get("before").and_then(|before| before.parse().ok()).map(Timestamp::from_micros))
    });
    let list =
        Resource::new_blocking(move || asked.get(), |(shown, before)| load_mail_in(shown.as_str().to_owned(), before));
    let draw = move |list| {
        let paged = asked.get_untracked().1.is_some();
        view! { <List list paged/> }.into_any()
    };
    view! { <Loaded resource=list view=draw/> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/mail-in"
}

fn href(shown: Shown, before: Option<Timestamp>) -> String {
    let parts = [
        (shown != Shown::Waiting).then(|| format!("show={}", shown.as_str())),
        before.map(|before| format!("before={}", before.as_micros())),
    ];
    let query = parts.into_iter().flatten().collect::<Vec<_>>().join("&");
    if query.is_empty() { "/mail-in".to_owned() } else { format!("/mail-in?{query}") }
}

fn view_words(shown: Shown) -> &'static str {
    match shown {
        Shown::Waiting => "Waiting for us",
        Shown::All => "All",
        Shown::Of(outcome) => outcome_words(outcome),
    }
}

fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Quarantine => "Quarantine",
        Outcome::Unreadable => "Unreadable",
        Outcome::Storm => "Too many",
        Outcome::Message => "On a ticket",
        Outcome::Note => "Staff note",
        Outcome::Opened => "Opened a ticket",
        Outcome::Bounce => "Returned",
        Outcome::Ignored => "Set aside",
        Outcome::Released => "Released",
        Outcome::Discarded => "Discarded",
    }
}

/// Icon and colour of an outcome.
fn look(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Quarantine => ("pause", "flp"),
        Outcome::Unreadable | Outcome::Storm | Outcome::Bounce => ("late", "crit"),
        Outcome::Message | Outcome::Note | Outcome::Opened | Outcome::Released => ("check", "ok"),
        Outcome::Ignored | Outcome::Discarded => ("x", "unk"),
    }
}

#[component]
fn OutcomeWord(outcome: Outcome) -> impl IntoView {
    let (icon, colour) = look(outcome);
    view! {
        <span class=format!("st st--{colour}")>
            <Icon name=icon small=true/>
            {outcome_words(outcome)}
        </span>
    }
}

#[component]
fn List(list: MailInList, paged: bool) -> impl IntoView {
    provide_now(list.now);
    let MailInList { shown, rows, waiting, next_before, .. } = list;
    let lede = match waiting {
        0 => "Nothing waits for us.".to_owned(),
        1 => "One mail waits for us.".to_owned(),
        count => format!("{count} mails wait for us."),
    };
    let links = VIEWS.map(|view| {
        view! {
            <a href=href(view, None) aria-current=(view == shown).then_some("true")>
                {view_words(view)}
            </a>
        }
    });
    let table = match rows.is_empty() {
        true => view! { <Empty shown/> }.into_any(),
        false => view! { <Table rows/> }.into_any(),
    };
    let next = next_before.map(|before| {
        view! {
            <a class="pager__next" rel="next" href=href(shown, Some(before))>
                "Older"
                <Icon name="right" small=true/>
            </a>
        }
    });
    let first = paged.then(|| {
        view! {
            <a class="pager__prev" href=href(shown, None)>
                <Icon name="right" small=true/>
                "Newest"
            </a>
        }
    });
    let pager = (paged || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {first}
                {next}
            </nav>
        }
    });
    view! {
        <PageHead title="Mail in" lede=lede>
            <a class="btn" href="/mail">
                "Mail log"
            </a>
        </PageHead>
        <nav class="views" aria-label="Mails by what became of them">
            {links.collect_view()}
        </nav>
        <div class="maillog">
            <div class="stack stack--s">{table} {pager}</div>
        </div>
    }
    .into_any()
}

#[component]
fn Empty(shown: Shown) -> impl IntoView {
    let title = match shown {
        Shown::Waiting => "Nothing waits for us".to_owned(),
        Shown::All => "No mail has arrived yet".to_owned(),
        Shown::Of(outcome) => format!("Nothing under \u{201c}{}\u{201d}", outcome_words(outcome)),
    };
    view! {
        <section class="card">
            <div class="empty">
                <Icon name="mail"/>
                <h2>{title}</h2>
                <p>
                    "Mail to the support address lands on its ticket by itself. What nobody can vouch for is kept here until one of us has looked."
                </p>
            </div>
        </section>
    }
}

#[component]
fn Table(rows: Vec<MailInRow>) -> impl IntoView {
    let rows = StoredValue::new(rows);
    view! {
        <div class="table-wrap">
            <table class="table maillog__list" role="table" aria-label="Mails, newest first">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Subject"
                        </th>
                        <th role="columnheader" scope="col">
                            "From"
                        </th>
                        <th role="columnheader" scope="col" aria-sort="descending">
                            "When"
                        </th>
                        <th role="columnheader" scope="col">
                            "What became of it"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For
                        each=move || rows.get_value()
                        key=|row| row.id
                        children=|row| view! { <Line row/> }.into_any()
                    />
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(row: MailInRow) -> impl IntoView {
    // Who gives no name is not named twice.
    let name = (!row.name.eq_ignore_ascii_case(&row.from)).then_some(row.name);
    let copies = (1 < row.copies).then(|| format!(", came {} times", row.copies));
    let ticket = row.ticket.map(|number| {
        view! {
            " "
            <a href=format!("/t/{number}")>{reference(number)}</a>
        }
    });
    view! {
        <tr role="row">
            <td role="cell" class="maillog__what">
                <a class="title" href=format!("/mail-in/{}", row.id)>
                    {row.subject}
                </a>
                <span class="sub">{size_words(row.bytes)} {copies}</span>
            </td>
            <td role="cell" class="maillog__to">
                {row.from} {name.map(|name| view! { <span class="sub">{name}</span> })}
            </td>
            <td role="cell" class="maillog__when">
                <At at=row.at/>
            </td>
            <td role="cell" class="maillog__sent maillog__fate">
                <OutcomeWord outcome=row.outcome/>
                {ticket}
                {(!row.reason.is_empty()).then(|| view! { <span class="sub">{row.reason}</span> })}
            </td>
        </tr>
    }
}

/// `/mail-in/:id`.
#[component]
pub fn IncomingPageView() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<IncomingId>().ok()));
    let release = ServerAction::<ReleaseMail>::new();
    let discard = ServerAction::<DiscardMail>::new();
    let (released, discarded) = (done(release), done(discard));
    let mail = Resource::new_blocking(
        move || (id.get(), released.get(), discarded.get()),
        |(id, ..)| async move {
            match id {
                Some(id) => load_incoming(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=mail view=move |mail| view! { <Mail mail release discard/> }.into_any()/> }
}

#[component]
fn Mail(mail: MailInPage, release: ServerAction<ReleaseMail>, discard: ServerAction<DiscardMail>) -> impl IntoView {
    provide_now(mail.now);
    let unreadable = mail.row.outcome == Outcome::Unreadable;
    let frame = mail.html_path.clone().map(|path| {
        view! {
            <details class="mail__twin">
                <summary>"As a page, without pictures and links" <Icon name="down"/></summary>
                <iframe class="mail__frame" title="The mail as a page" sandbox="" src=path></iframe>
            </details>
        }
    });
    let text = match (unreadable, mail.text.is_empty()) {
        (true, _) => {
            "This mail cannot be read here. It is kept whole: download it, and look at it with care.".to_owned()
        }
        (false, true) => "(no text)".to_owned(),
        (false, false) => mail.text.clone(),
    };
    let raw = mail.raw_path.clone();
    let (subject, outcome) = (mail.row.subject.clone(), mail.row.outcome);
    let settle = mail.may_settle.then(|| view! { <Settle mail=mail.clone() release discard/> });
    view! {
        <p class="crumbs">
            <a href="/mail-in">"Mail in"</a>
        </p>
        <PageHead title=subject>
            <a class="btn" href=raw rel="external" download="mail.eml">
                "Download it whole"
            </a>
        </PageHead>
        <div class="split split--wide">
            <article class="card mail" aria-labelledby="mail">
                <div class="card-head">
                    <h2 id="mail">"The mail"</h2>
                    <OutcomeWord outcome/>
                </div>
                <pre class="mail__text">{text}</pre>
                {frame}
            </article>
            <aside class="stack" aria-label="About this mail">{settle} <About mail/></aside>
        </div>
    }
    .into_any()
}

#[component]
fn About(mail: MailInPage) -> impl IntoView {
    let MailInPage { row, via, message_id, envelope_from, to, date, files, settled, .. } = mail;
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let reason = (!row.reason.is_empty()).then(|| view! { <dt>"Why"</dt> <dd>{row.reason}</dd> });
    let ticket = row.ticket.map(|number| {
        view! {
            <dt>"Ticket"</dt>
            <dd>
                <a href=format!("/t/{number}")>{reference(number)}</a>
            </dd>
        }
    });
    let settled = settled.map(|(by, at)| view! { <dt>"Settled"</dt> <dd>{by} ", " <At at/></dd> });
    let files = (!files.is_empty()).then(|| {
        let files = files.into_iter().map(|(name, bytes)| view! { <li>{name} ", " {size_words(bytes)}</li> });
        view! { <dt>"Files in it"</dt> <dd><ul>{files.collect_view()}</ul></dd> }
    });
    view! {
        <section class="card" aria-labelledby="about">
            <div class="card-head">
                <h2 id="about">"About"</h2>
            </div>
            <div class="card-body">
                <dl class="kv kv--s">
                    {reason}
                    {ticket}
                    {settled}
                    <dt>"From"</dt>
                    <dd>{row.from} ", under the name " {or_none(row.name)}</dd>
                    <dt>"To"</dt>
                    <dd>{or_none(to)}</dd>
                    <dt>"Received"</dt>
                    <dd><At at=row.at/> {format!(" by {via}")}</dd>
                    <dt>"Its own date"</dt>
                    <dd>{or_none(date)}</dd>
                    <dt>"Returns to"</dt>
                    <dd>{or_none(envelope_from)}</dd>
                    <dt>"Size"</dt>
                    <dd>{size_words(row.bytes)}</dd>
                    <dt>"Message-ID"</dt>
                    <dd class="mono">{or_none(message_id)}</dd>
                    {files}
                </dl>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_and_a_page_have_an_address() {
        assert_eq!(href(Shown::Waiting, None), "/mail-in");
        assert_eq!(href(Shown::All, Some(Timestamp::from_micros(17))), "/mail-in?show=all&before=17");
        for shown in VIEWS {
            assert_eq!(Shown::parse(shown.as_str()), shown);
        }
    }
}
