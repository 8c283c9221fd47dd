//! A fault's history as sentences: its events and the mails about it in one list. Pure.

use domain::{
    access::Side,
    fault::FaultEventKind,
    notice::NoticeKind,
    outbox::NoticeState,
    time::{Timestamp, span_words},
};

use crate::{
    api::{
        board::{Tile, TileState},
        faults::{FaultEventRow, FaultPage, ToldRow},
    },
    components::status::state_word,
};

/// What stands before a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Mark(Tile),
    Icon(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) sign: Sign,
    pub(super) text: String,
    pub(super) sub: Option<String>,
}

/// Everything that happened, newest first.
pub(super) fn so_far(page: &FaultPage, side: Side) -> Vec<Entry> {
    let mut entries: Vec<_> = page.events.iter().map(|event| event_entry(event, side)).collect();
    entries.extend(first_sign(page, side));
    entries.extend(mails(&page.told));
    // Stable: what happened at the same instant stays in the order it was given.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries
}

fn mark(state: TileState) -> Sign {
    Sign::Mark(Tile { state, acknowledged: false })
}

fn said(text: &str) -> Option<String> {
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

fn event_entry(event: &FaultEventRow, side: Side) -> Entry {
    let state = TileState::from(event.status);
    let word = state_word(state, side);
    let by = event.by.clone().unwrap_or_else(|| "Somebody".to_owned());
    let (sign, text, sub) = match event.kind {
        FaultEventKind::Opened => (mark(state), format!("{word}, and the recheck agrees"), said(&event.text)),
        FaultEventKind::Changed => (mark(state), format!("Now: {word}"), said(&event.text)),
        FaultEventKind::Flapping => {
            let sub = "Nobody is told of each turn. The next news is what it came to.".to_owned();
            (mark(TileState::Flapping), "It keeps failing and coming back".to_owned(), Some(sub))
        }
        FaultEventKind::Settled => (Sign::Icon("check"), "It settled".to_owned(), said(&event.text)),
        FaultEventKind::Acknowledged => {
            let note = said(&event.text).map(|note| format!("“{note}”"));
            (Sign::Icon("ack"), format!("{by} acknowledged{}", side_words(event, side)), note)
        }
        FaultEventKind::AcknowledgementEnded => {
            let text = match &event.by {
                Some(by) => format!("{by}: acknowledgement ended"),
                None => "The acknowledgement ended".to_owned(),
            };
            (Sign::Icon("bell"), text, said(&event.text))
        }
        FaultEventKind::Cleared => (mark(TileState::Ok), "Recovered".to_owned(), said(&event.text)),
        FaultEventKind::Abandoned => {
            (Sign::Icon("belloff"), "No longer watched, so the fault was closed".to_owned(), said(&event.text))
        }
        FaultEventKind::DowntimeBegan => {
            (mark(TileState::Maintenance), "Inside planned work: nobody is told".to_owned(), said(&event.text))
        }
        FaultEventKind::DowntimeEnded => (Sign::Icon("bell"), "The planned work is over".to_owned(), said(&event.text)),
    };
    Entry { at: event.at, sign, text, sub }
}

/// On whose side an acknowledgement is, where that is not the reader's own.
fn side_words(event: &FaultEventRow, side: Side) -> &'static str {
    match (side, event.side) {
        (Side::Staff, Some(Side::Customer)) => " for the customer",
        (Side::Customer, Some(Side::Staff)) => " on our side",
        _ => "",
    }
}

/// The first bad result, which tells nobody yet.
fn first_sign(page: &FaultPage, side: Side) -> Option<Entry> {
    let row = &page.row;
    (row.started_at < row.confirmed_at).then(|| {
        let sub = match side {
            Side::Staff => "nobody told yet",
            Side::Customer => "we checked again before telling anybody",
        };
        Entry {
            at: row.started_at,
            sign: mark(TileState::Degraded),
            text: "First bad result, rechecking".to_owned(),
            sub: Some(sub.to_owned()),
        }
    })
}

/// Mails decided at the same time for the same reason are one entry.
fn mails(told: &[ToldRow]) -> Vec<Entry> {
    let mut groups: Vec<Vec<&ToldRow>> = Vec::new();
    for row in told {
        let same = |group: &&mut Vec<&ToldRow>| {
            group.first().is_some_and(|first| {
                (first.kind, outcome(first)) == (row.kind, outcome(row))
                    && first.queued_at.seconds_since(row.queued_at).abs() <= 1
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups.iter().filter_map(|group| mail_entry(group)).collect()
}

/// What became of a mail, as far as a reader cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Sent,
    Waiting,
    Failed,
    Withheld,
}

fn outcome(row: &ToldRow) -> Outcome {
    match row.state {
        NoticeState::Sent => Outcome::Sent,
        NoticeState::Queued | NoticeState::Sending => Outcome::Waiting,
        NoticeState::Failed => Outcome::Failed,
        NoticeState::Withheld => Outcome::Withheld,
    }
}

fn mail_entry(group: &[&ToldRow]) -> Option<Entry> {
    let first = group.first()?;
    let names: Vec<_> = group.iter().map(|row| row.name.as_str()).collect();
    let names = join_names(&names);
    let about = match first.kind {
        NoticeKind::Opened => "",
        NoticeKind::Changed => " about the change",
        NoticeKind::Flapping => " that it comes and goes",
        NoticeKind::Recovered => " about the recovery",
        NoticeKind::Abandoned => " that this is no longer watched",
        NoticeKind::Escalated => " because nobody has taken it",
        NoticeKind::Reminder => " that this is still open",
    };
    let at = group.iter().filter_map(|row| row.sent_at).max().unwrap_or(first.queued_at);
    let reply = said(&first.reply);
    let (icon, text, sub) = match outcome(first) {
        Outcome::Sent => {
            let slowest = group.iter().filter_map(|row| Some(row.sent_at?.seconds_since(row.queued_at))).max();
            let sub = slowest.map(|seconds| format!("accepted by the mail server in {}", span_words(seconds.max(1))));
            ("mail", format!("Emailed {names}{about}"), sub)
        }
        Outcome::Waiting => ("clock", format!("The email to {names}{about} is waiting"), reply),
        Outcome::Failed => ("late", format!("The email to {names}{about} was not accepted"), reply),
        Outcome::Withheld => ("belloff", format!("No email to {names}{about}: the address was refused before"), reply),
    };
    Some(Entry { at, sign: Sign::Icon(icon), text, sub })
}

/// "Ruth Ashdown, Ellie Marsh and Tom Okafor".
pub(super) fn join_names(names: &[&str]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use domain::observation::Status;

    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_millis(s * 1_000)
    }

    fn told(name: &str, state: NoticeState, queued_s: i64, sent_s: Option<i64>) -> ToldRow {
        ToldRow {
            kind: NoticeKind::Opened,
            side: Side::Customer,
            name: name.to_owned(),
            email: String::new(),
            rule: String::new(),
            state,
            queued_at: at(queued_s),
            sent_at: sent_s.map(at),
            reply: "451 later".to_owned(),
            attempts: 1,
            next_attempt_at: None,
        }
    }

    fn texts(rows: &[ToldRow]) -> Vec<String> {
        mails(rows).into_iter().map(|entry| format!("{} ({})", entry.text, entry.sub.unwrap_or_default())).collect()
    }

    #[test]
    fn names_are_joined_as_people_say_them() {
        assert_eq!(join_names(&[]), "nobody");
        assert_eq!(join_names(&["A"]), "A");
        assert_eq!(join_names(&["A", "B"]), "A and B");
        assert_eq!(join_names(&["A", "B", "C"]), "A, B and C");
    }

    #[test]
    fn mails_of_one_decision_are_one_entry_with_the_slowest_delivery() {
        let rows = [told("Ruth", NoticeState::Sent, 10, Some(12)), told("Tom", NoticeState::Sent, 10, Some(11))];
        assert_eq!(texts(&rows), ["Emailed Ruth and Tom (accepted by the mail server in 2 s)"]);
    }

    #[test]
    fn a_mail_that_waits_stands_apart_from_one_that_went() {
        let rows = [told("Ruth", NoticeState::Sent, 10, Some(12)), told("Tom", NoticeState::Queued, 10, None)];
        let texts = texts(&rows);
        assert_eq!(texts.len(), 2);
        assert!(texts.contains(&"The email to Tom is waiting (451 later)".to_owned()));
    }

    fn event(kind: FaultEventKind, side: Side, reader: Side) -> String {
        let event = FaultEventRow {
            at: at(0),
            kind,
            side: Some(side),
            by: Some("Priya Nair".to_owned()),
            status: Some(Status::Critical),
            text: String::new(),
        };
        event_entry(&event, reader).text
    }

    #[test]
    fn an_event_says_who_and_on_which_side() {
        use FaultEventKind::{Acknowledged, Changed, Opened};
        assert_eq!(event(Acknowledged, Side::Staff, Side::Staff), "Priya Nair acknowledged");
        assert_eq!(event(Acknowledged, Side::Customer, Side::Staff), "Priya Nair acknowledged for the customer");
        assert_eq!(event(Acknowledged, Side::Staff, Side::Customer), "Priya Nair acknowledged on our side");
        assert_eq!(event(Opened, Side::Staff, Side::Staff), "Critical, and the recheck agrees");
        assert_eq!(event(Changed, Side::Staff, Side::Customer), "Now: Down");
    }
}
