//! The mail log: what was sent to whom, what waits, what was refused, and each mail as its reader sees it.

use domain::{access::Side, fault::reference, id::NoticeId, outbox::NoticeState, time::Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::host::live::use_asked;
use crate::{
    api::{
        error::ApiError,
        mail::{AttemptRow, MailLog, MailPage, MailRow, RetryMail, load_mail, load_mail_log},
    },
    components::{
        banner::FormErrors,
        icon::Icon,
        page::{Loaded, PageHead},
        time::{Ago, At, provide_now},
    },
};

/// `/mail?state=failed&before=1795106520000000`.
#[component]
pub fn MailLogPage() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| {
        let state = query.get("state").and_then(|state| NoticeState::parse(&state));
        (state, query.get("before").and_then(|before| before.parse().ok()).map(Timestamp::from_micros))
    });
    let log = Resource::new_blocking(
        move || asked.get(),
        |(state, before)| load_mail_log(before, state.map(NoticeState::as_str).unwrap_or_default().to_owned()),
    );
    let draw = move |log| {
        let (state, before) = asked.get_untracked();
        view! { <Log log state paged=before.is_some()/> }.into_any()
    };
    view! { <Loaded resource=log view=draw/> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/mail"
}

/// Where the log is shown, of one state and before an instant.
fn log_href(state: Option<NoticeState>, before: Option<Timestamp>) -> String {
    let parts = [
        state.map(|state| format!("state={}", state.as_str())),
        before.map(|before| format!("before={}", before.as_micros())),
    ];
    let query = parts.into_iter().flatten().collect::<Vec<_>>().join("&");
    if query.is_empty() { "/mail".to_owned() } else { format!("/mail?{query}") }
}

#[component]
fn Log(log: MailLog, state: Option<NoticeState>, paged: bool) -> impl IntoView {
    provide_now(log.now);
    let rows = log.rows;
    let list = match rows.is_empty() {
        true => view! { <Empty state/> }.into_any(),
        false => view! { <MailTable rows/> }.into_any(),
    };
    let next = log.next_before.map(|before| {
        view! {
            <a class="pager__next" rel="next" href=log_href(state, Some(before))>
                "Older"
                <Icon name="right" small=true/>
            </a>
        }
    });
    let first = paged.then(|| {
        view! {
            <a class="pager__prev" href=log_href(state, None)>
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
        <PageHead title="Mail log" lede=format!("Mails go to {}.", log.transport)>
            <a class="btn" href="/mail-in">
                "Mail in"
            </a>
        </PageHead>
        <Queue queued=log.queued oldest=log.oldest_queued_at failed=log.failed/>
        <nav class="views" aria-label="Notices by state">
            <StateLink state=None current=state/>
            {NoticeState::ALL.map(|which| view! { <StateLink state=Some(which) current=state/> }).collect_view()}
        </nav>
        <div class="maillog">
            <div class="stack stack--s">
                {list}
                {pager}
            </div>
        </div>
    }
    .into_any()
}

/// How much waits, and for how long: the first thing to know when somebody was not told.
#[component]
fn Queue(queued: u64, oldest: Option<Timestamp>, failed: u64) -> impl IntoView {
    let waiting = match (queued, oldest) {
        (0, _) => view! { "Nothing waits to be sent." }.into_any(),
        (queued, Some(at)) => view! { {format!("{queued} waiting, the oldest for ")} <Ago at/> "." }.into_any(),
        (queued, None) => format!("{queued} waiting.").into_any(),
    };
    let failed = (0 < failed).then(|| {
        view! {
            " "
            <a href=log_href(Some(NoticeState::Failed), None)>{format!("{failed} failed")}</a>
            "."
        }
    });
    view! { <p class="ink2 mb">{waiting} {failed}</p> }
}

#[component]
fn StateLink(state: Option<NoticeState>, current: Option<NoticeState>) -> impl IntoView {
    let words = state.map_or("All", state_words);
    view! {
        <a href=log_href(state, None) aria-current=(state == current).then_some("true")>
            {words}
        </a>
    }
}

fn state_words(state: NoticeState) -> &'static str {
    match state {
        NoticeState::Queued => "Waiting",
        NoticeState::Sending => "Being sent",
        NoticeState::Sent => "Sent",
        NoticeState::Failed => "Failed",
        NoticeState::Withheld => "Withheld",
    }
}

/// Icon and colour of a state.
fn state_look(state: NoticeState) -> (&'static str, &'static str) {
    match state {
        NoticeState::Queued => ("clock", "unk"),
        NoticeState::Sending => ("send", "unk"),
        NoticeState::Sent => ("check", "ok"),
        NoticeState::Failed => ("late", "crit"),
        NoticeState::Withheld => ("pause", "flp"),
    }
}

#[component]
fn NoticeStateWord(state: NoticeState, #[prop(optional)] pill: bool) -> impl IntoView {
    let (icon, colour) = state_look(state);
    let class = if pill { format!("st st--{colour} st--pill") } else { format!("st st--{colour}") };
    view! {
        <span class=class>
            <Icon name=icon small=true/>
            {state_words(state)}
        </span>
    }
}

fn kind_words(kind: &str) -> &'static str {
    match kind {
        "ticket_reply" => "Reply on a ticket",
        "ticket_closing" => "Ticket closes itself soon",
        "ticket_closed" => "Ticket closed",
        "ticket_declined" => "Change declined",
        "ticket_conditional" => "Waits for training",
        "ticket_condition_over" => "Waits no longer",
        "repair_quoted" => "Repair quoted",
        "loan_return_asked" => "Loan unit wanted back",
        "ticket_message" => "Customer's message",
        "ticket_received" => "Receipt of a ticket",
        "ticket_paused" => "Clock of a ticket paused",
        "incident_declined" => "Incident declined",
        "ticket_approval" => "Approval needed",
        "ticket_outside_cover" => "Outside cover: quote",
        "opened" => "Fault opened",
        "changed" => "Fault changed",
        "recovered" => "Recovered",
        "abandoned" => "No longer watched",
        "invitation" => "Invitation",
        "reset" => "New password",
        "refused" => "Not delivered",
        "announced" => "Announced days",
        "hand_over" => "Hand-over",
        "term_renews" => "Contract renews",
        "term_ends" => "Contract ends",
        _ => "Other",
    }
}

fn side_words(side: Side) -> &'static str {
    match side {
        Side::Staff => "staff",
        Side::Customer => "customer",
    }
}

#[component]
fn Empty(state: Option<NoticeState>) -> impl IntoView {
    let title = match state {
        None => "No mail has been sent yet".to_owned(),
        Some(state) => format!("Nothing is in the state \u{201c}{}\u{201d}", state_words(state)),
    };
    view! {
        <section class="card">
            <div class="empty">
                <Icon name="mail"/>
                <h2>{title}</h2>
                <p>"A mail is written when a fault opens, gets worse or recovers."</p>
            </div>
        </section>
    }
}

#[component]
fn MailTable(rows: Vec<MailRow>) -> impl IntoView {
    let rows = StoredValue::new(rows);
    view! {
        <div class="table-wrap">
            <table class="table maillog__list" role="table" aria-label="Notices, newest first">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Subject"
                        </th>
                        <th role="columnheader" scope="col">
                            "To"
                        </th>
                        <th role="columnheader" scope="col" aria-sort="descending">
                            "When"
                        </th>
                        <th role="columnheader" scope="col">
                            "Result"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || rows.get_value() key=|row| row.id children=|row| view! { <MailLine row/> }.into_any()/>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn MailLine(row: MailRow) -> impl IntoView {
    let result = result_words(&row);
    let next = row.next_attempt_at.map(|at| view! { <span class="sub">"Next try " <At at/></span> });
    view! {
        <tr role="row">
            <td role="cell" class="maillog__what">
                <a class="title" href=format!("/mail/{}", row.id)>
                    {row.subject}
                </a>
                <span class="sub">{kind_words(&row.kind)}</span>
            </td>
            <td role="cell" class="maillog__to">
                {row.email}
                <span class="sub">{format!("{}, {}", row.name, side_words(row.side))}</span>
            </td>
            <td role="cell" class="maillog__when">
                <At at=row.queued_at/>
            </td>
            <td role="cell" class="maillog__sent">
                <NoticeStateWord state=row.state/>
                {(!result.is_empty()).then(|| view! { <span class="sub">{result}</span> })}
                {next}
            </td>
        </tr>
    }
}

/// What stands under the state: what the mail server said where it matters, else how many tries it took.
fn result_words(row: &MailRow) -> String {
    match (row.state, row.attempts) {
        (NoticeState::Sent, ..=1) => String::new(),
        (NoticeState::Sent, attempts) => format!("After {attempts} tries"),
        _ => row.reply.clone(),
    }
}

/// `/mail/:id`.
#[component]
pub fn MailPageView() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<NoticeId>().ok()));
    let retry = ServerAction::<RetryMail>::new();
    let mail = Resource::new_blocking(
        move || (id.get(), retry.version().get()),
        |(id, _)| async move {
            match id {
                Some(id) => load_mail(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=mail view=move |mail| view! { <Mail mail retry/> }.into_any()/> }
}

#[component]
fn Mail(mail: MailPage, retry: ServerAction<RetryMail>) -> impl IntoView {
    provide_now(mail.now);
    let MailPage { row, message_id, in_reply_to, text, html_path, attempts, .. } = mail;
    let value = retry.value();
    let error = Signal::derive(move || value.get().and_then(Result::err));
    let again = matches!(row.state, NoticeState::Failed | NoticeState::Withheld).then(|| {
        view! { <Retry id=row.id retry/> }
    });
    let state = row.state;
    view! {
        <p class="crumbs">
            <a href="/mail">"Mail log"</a>
        </p>
        <PageHead title=row.subject.clone()>{again}</PageHead>
        <FormErrors error/>
        <div class="split split--wide">
            <article class="card mail" aria-labelledby="mail">
                <div class="card-head">
                    <h2 id="mail">"The mail"</h2>
                    <NoticeStateWord state pill=true/>
                </div>
                <iframe
                    class="mail__frame"
                    title="The mail as its reader sees it"
                    sandbox=""
                    src=html_path
                ></iframe>
                <details class="mail__twin" open>
                    <summary>"Plain text" <Icon name="down"/></summary>
                    <pre class="mail__text">{text}</pre>
                </details>
            </article>
            <aside class="stack" aria-label="About this mail">
                <Headers row message_id in_reply_to/>
                <Attempts attempts/>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Retry(id: NoticeId, retry: ServerAction<RetryMail>) -> impl IntoView {
    let pending = retry.pending();
    view! {
        <ActionForm action=retry>
            <input type="hidden" name="id" value=id.to_string()/>
            <button class="btn btn--primary" type="submit" aria-busy=move || pending.get().then_some("true")>
                <Icon name="refresh" small=true/>
                "Send again"
            </button>
        </ActionForm>
    }
}

#[component]
fn Headers(row: MailRow, message_id: String, in_reply_to: Option<String>) -> impl IntoView {
    let sent = row.sent_at.map(|at| view! { <dt>"Sent"</dt> <dd><At at/></dd> });
    let next = row.next_attempt_at.map(|at| view! { <dt>"Next try"</dt> <dd><At at/></dd> });
    let reply_to = in_reply_to.map(|id| view! { <dt>"In-Reply-To"</dt> <dd class="mono">{id}</dd> });
    view! {
        <section class="card" aria-labelledby="headers">
            <div class="card-head">
                <h2 id="headers">"About"</h2>
                {row.fault.map(|number| {
                    view! {
                        <a class="small" href=format!("/f/{number}")>
                            {reference(number)}
                        </a>
                    }
                })}
            </div>
            <div class="card-body">
                <dl class="kv kv--s">
                    <dt>"To"</dt>
                    <dd>{format!("{}, {}", row.name, row.email)}</dd>
                    <dt>"As"</dt>
                    <dd>{side_words(row.side)}</dd>
                    <dt>"Why"</dt>
                    <dd>{kind_words(&row.kind)}</dd>
                    <dt>"Written"</dt>
                    <dd><At at=row.queued_at/></dd>
                    {sent}
                    {next}
                    <dt>"Message-ID"</dt>
                    <dd class="mono">{message_id}</dd>
                    {reply_to}
                </dl>
            </div>
        </section>
    }
}

/// Every attempt with what the mail server said.
#[component]
fn Attempts(attempts: Vec<AttemptRow>) -> impl IntoView {
    let empty = attempts.is_empty().then(|| view! { <p class="note">"Nobody has tried to send it yet."</p> });
    let attempt = |attempt: AttemptRow| {
        view! {
            <li>
                <At at=attempt.at/>
                <Icon name="send"/>
                <p>
                    {attempt.outcome}
                    <span class="sub">{attempt.reply}</span>
                </p>
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="attempts">
            <div class="card-head">
                <h2 id="attempts">"Attempts"</h2>
            </div>
            <div class="card-body">
                {empty}
                <ol class="tl tl--wide">{attempts.into_iter().map(attempt).collect_view()}</ol>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_and_a_page_have_an_address() {
        let at = Timestamp::from_micros(17);
        assert_eq!(log_href(None, None), "/mail");
        assert_eq!(log_href(Some(NoticeState::Failed), None), "/mail?state=failed");
        assert_eq!(log_href(Some(NoticeState::Sent), Some(at)), "/mail?state=sent&before=17");
    }

    #[test]
    fn the_result_says_what_matters() {
        let row = |state, attempts| MailRow {
            id: NoticeId(uuid::Uuid::nil()),
            fault: Some(1),
            kind: "opened".to_owned(),
            side: Side::Staff,
            name: String::new(),
            email: String::new(),
            subject: String::new(),
            state,
            queued_at: Timestamp::EPOCH,
            sent_at: None,
            attempts,
            next_attempt_at: None,
            reply: "451 later".to_owned(),
        };
        assert_eq!(result_words(&row(NoticeState::Sent, 1)), "");
        assert_eq!(result_words(&row(NoticeState::Sent, 3)), "After 3 tries");
        assert_eq!(result_words(&MailRow { reply: String::new(), ..row(NoticeState::Queued, 0) }), "");
        assert_eq!(result_words(&row(NoticeState::Queued, 0)), "451 later", "why it is held");
        assert_eq!(result_words(&row(NoticeState::Queued, 2)), "451 later");
        assert_eq!(result_words(&row(NoticeState::Withheld, 0)), "451 later");
    }

    #[test]
    fn every_state_has_its_own_word_and_shape() {
        let words: std::collections::BTreeSet<_> = NoticeState::ALL.map(state_words).into_iter().collect();
        let icons: std::collections::BTreeSet<_> =
            NoticeState::ALL.map(|state| state_look(state).0).into_iter().collect();
        assert_eq!((words.len(), icons.len()), (5, 5));
    }
}
