//! Facts to words: subject, text part and HTML part of every mail.

use askama::Template;
use domain::{
    access::Side,
    notice::{MailFacts, NoticeKind, TicketNews},
};

use super::{
    hardware_view::HardwareView,
    term::TermView,
    ticket_view::TicketView,
    view::{
        AccountView, AlarmView, AnnouncedView, ClockView, FaultLinks, FaultView, HandOverView, RefusedView, TestView,
    },
    words::{one_line, wrapped},
};

/// Where the buttons of a mail lead. Each is a whole address or a path that starts with `/` and goes behind
/// `base_url`. A link that this mail does not use is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// `https://desk.example`, with or without a slash at its end.
    pub base_url: String,
    /// The fault's page: needed by every mail about a fault.
    pub fault: Option<String>,
    /// The signed link that acknowledges. Without it a mail about an open fault has no such button.
    pub acknowledge: Option<String>,
    /// The signed link that sets a password: needed by invitations and resets.
    pub password: Option<String>,
    /// The ticket's page: needed by every mail about a ticket.
    pub ticket: Option<String>,
    /// The signed link that says how a closed ticket was. Without it the mail does not ask.
    pub rate: Option<String>,
}

/// The words of one mail. The subject is one line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    /// Lines end in `\n`; prose is wrapped at 72 characters, a link stays whole.
    pub text: String,
    pub html: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the mail needs its {which} link, and none was given")]
    NoLink { which: &'static str },
    #[error("the {which} link must begin with http://, https:// or a slash")]
    BadLink { which: &'static str },
    #[error("the template cannot be filled")]
    Template(#[from] askama::Error),
}

/// The mail that says `facts`, to the person and the side they name.
///
/// `support_phone` is printed in customers' mails; empty leaves the line out.
pub fn render(facts: &MailFacts, links: &Links, support_phone: &str) -> Result<Rendered, RenderError> {
    match facts {
        MailFacts::Fault(facts) => {
            let to = FaultLinks {
                fault: links.needed("fault", links.fault.as_deref())?,
                acknowledge: links.optional("acknowledge", links.acknowledge.as_deref())?,
            };
            let view = FaultView::new(facts, to, support_phone);
            match facts.kind {
                NoticeKind::Opened => opened(&view),
                NoticeKind::Changed => changed(&view),
                NoticeKind::Flapping => flapping(&view),
                NoticeKind::Recovered => recovered(&view),
                NoticeKind::Abandoned => abandoned(&view),
                NoticeKind::Escalated => escalated(&view),
                NoticeKind::Reminder => reminder(&view),
            }
        }
        MailFacts::Account(facts) => {
            let link = links.needed("password", links.password.as_deref())?;
            let view = AccountView::new(facts, link, links.base()?, support_phone);
            if facts.invitation { invitation(&view) } else { reset(&view) }
        }
        MailFacts::Refused(facts) => refused(&RefusedView::new(facts, links.whole("mail log", "/mail")?)),
        MailFacts::Clock(facts) => clock(&ClockView::new(facts, links.needed("ticket", links.ticket.as_deref())?)),
        MailFacts::Alarm(facts) => alarm(&AlarmView::new(facts, links.base()?)),
        MailFacts::Ticket(facts) => {
            let link = links.whole("ticket", &format!("/t/{}", facts.number))?;
            let rate = links.optional("rate", links.rate.as_deref())?;
            let view = TicketView::new(facts, link, rate, support_phone);
            match facts.news {
                TicketNews::Reply { .. } => ticket_reply(&view),
                TicketNews::Paused { .. } => ticket_paused(&view),
                TicketNews::Received { .. } => ticket_received(&view),
                TicketNews::IncidentDeclined { .. } => incident_declined(&view),
                TicketNews::ApprovalNeeded { .. } => ticket_approval(&view),
                TicketNews::OutsideCover { .. } => ticket_outside_cover(&view),
                _ => ticket_news(&view),
            }
        }
        MailFacts::Announced(facts) => announced(&AnnouncedView::new(facts, links.base()?, support_phone)),
        MailFacts::HandOver(facts) => hand_over(&HandOverView::new(facts, &links.base()?)),
        MailFacts::Term(facts) => {
            let path = match facts.side {
                Side::Staff => format!("/contracts/{}", facts.contract),
                Side::Customer => "/cover".to_owned(),
            };
            term(&TermView::new(facts, links.whole("contract", &path)?, support_phone))
        }
        MailFacts::Hardware(facts) => {
            let link = links.whole("ticket", &format!("/t/{}", facts.ticket))?;
            hardware(&HardwareView::new(facts, link, support_phone))
        }
        MailFacts::Test { at } => test(&TestView::new(*at, links.base()?)),
    }
}

impl Links {
    fn base(&self) -> Result<String, RenderError> {
        let base = self.base_url.trim_end_matches('/');
        web_address(base).ok_or(RenderError::BadLink { which: "base" })
    }

    fn whole(&self, which: &'static str, link: &str) -> Result<String, RenderError> {
        if link.starts_with('/') {
            return Ok(format!("{}{}", self.base()?, one_line(link)));
        }
        web_address(link).ok_or(RenderError::BadLink { which })
    }

    fn optional(&self, which: &'static str, link: Option<&str>) -> Result<Option<String>, RenderError> {
        link.map(|link| self.whole(which, link)).transpose()
    }

    fn needed(&self, which: &'static str, link: Option<&str>) -> Result<String, RenderError> {
        self.whole(which, link.ok_or(RenderError::NoLink { which })?)
    }
}

/// `link` when it can stand in a mail: one line, and nothing but the web.
fn web_address(link: &str) -> Option<String> {
    let link = one_line(link);
    (link.starts_with("https://") || link.starts_with("http://")).then_some(link)
}

/// A function for each notice that fills its three templates. The derive takes paths as literals only.
macro_rules! mails {
    ($($name:ident($view:ty): $subject:literal, $text:literal, $html:literal;)+) => {$(
        fn $name(v: &$view) -> Result<Rendered, RenderError> {
            #[derive(Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                v: &'a $view,
            }
            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                v: &'a $view,
            }
            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                v: &'a $view,
            }
            Ok(Rendered {
                subject: one_line(&Subject { v }.render()?),
                text: wrapped(&Text { v }.render()?),
                html: Html { v }.render()?,
            })
        }
    )+};
}

mails! {
    opened(FaultView): "opened/subject.txt", "opened/body.txt", "opened/body.html";
    changed(FaultView): "changed/subject.txt", "changed/body.txt", "changed/body.html";
    flapping(FaultView): "flapping/subject.txt", "flapping/body.txt", "flapping/body.html";
    recovered(FaultView): "recovered/subject.txt", "recovered/body.txt", "recovered/body.html";
    abandoned(FaultView): "abandoned/subject.txt", "abandoned/body.txt", "abandoned/body.html";
    escalated(FaultView): "escalated/subject.txt", "escalated/body.txt", "escalated/body.html";
    reminder(FaultView): "reminder/subject.txt", "reminder/body.txt", "reminder/body.html";
    clock(ClockView): "clock/subject.txt", "clock/body.txt", "clock/body.html";
    alarm(AlarmView): "alarm/subject.txt", "alarm/body.txt", "alarm/body.html";
    invitation(AccountView): "invitation/subject.txt", "invitation/body.txt", "invitation/body.html";
    reset(AccountView): "reset/subject.txt", "reset/body.txt", "reset/body.html";
    refused(RefusedView): "refused/subject.txt", "refused/body.txt", "refused/body.html";
    ticket_reply(TicketView): "ticket_reply/subject.txt", "ticket_reply/body.txt", "ticket_reply/body.html";
    ticket_paused(TicketView): "ticket_paused/subject.txt", "ticket_paused/body.txt", "ticket_paused/body.html";
    ticket_received(TicketView): "ticket_received/subject.txt", "ticket_received/body.txt", "ticket_received/body.html";
    ticket_news(TicketView): "ticket_news/subject.txt", "ticket_news/body.txt", "ticket_news/body.html";
    incident_declined(TicketView): "incident_declined/subject.txt", "incident_declined/body.txt", "incident_declined/body.html";
    ticket_approval(TicketView): "ticket_approval/subject.txt", "ticket_approval/body.txt", "ticket_approval/body.html";
    ticket_outside_cover(TicketView): "ticket_outside_cover/subject.txt", "ticket_outside_cover/body.txt", "ticket_outside_cover/body.html";
    announced(AnnouncedView): "announced/subject.txt", "announced/body.txt", "announced/body.html";
    hand_over(HandOverView): "hand_over/subject.txt", "hand_over/body.txt", "hand_over/body.html";
    term(TermView): "term/subject.txt", "term/body.txt", "term/body.html";
    hardware(HardwareView): "hardware/subject.txt", "hardware/body.txt", "hardware/body.html";
    test(TestView): "test/subject.txt", "test/body.txt", "test/body.html";
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::{ClockKind, PauseReason},
        cover::CoverLevel,
        id::{FaultId, TicketId},
        notice::{
            AccountFacts, AlarmFacts, AnnouncedFacts, ClockFacts, Direction, HandOverFacts, MovedTarget, NoticeFacts,
            PromiseFacts, RefusedFacts, TicketFacts, headline,
        },
        observation::Status,
        time::Timestamp,
    };
    use uuid::Uuid;

    use super::*;

    const PHONE: &str = "0808 157 0142";

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    fn facts(kind: NoticeKind, side: Side) -> NoticeFacts {
        let recovered = kind == NoticeKind::Recovered;
        NoticeFacts {
            kind,
            side,
            fault: FaultId(Uuid::from_u128(7)),
            number: 1042,
            status: if recovered { Status::Ok } else { Status::Critical },
            headline: headline("SIP trunk", Status::Critical),
            customer: "Bath & Wells Dental".to_owned(),
            site: "Bath office".to_owned(),
            host: "pbx-bath-1".to_owned(),
            system: "Bath phone system".to_owned(),
            service: "SIP trunk".to_owned(),
            detail: match recovered {
                true => "200 OK to OPTIONS after 12 ms".to_owned(),
                false => "no answer to OPTIONS within 10 s, sent 7 times to 10.20.30.40:5060".to_owned(),
            },
            address: "10.20.30.40".to_owned(),
            access_note: "ssh support@pbx-bath-1 over the VPN\nRoot password: sealed envelope 12".to_owned(),
            started_at: at("2026-11-24T16:31:00Z"),
            at: at("2026-11-24T17:18:30Z"),
            cleared_at: recovered.then(|| at("2026-11-24T17:18:00Z")),
            cover: CoverLevel::Cat2,
            zone: "Europe/London".to_owned(),
            recipient_name: if side == Side::Staff { "Priya Nair" } else { "Jo Bell" }.to_owned(),
            told: ["Jo Bell", "Kim Hart", "Priya Nair"].map(str::to_owned).to_vec(),
            acknowledged_by: None,
            ticket: Some(PromiseFacts {
                number: 2314,
                respond_by: Some(at("2026-11-24T20:31:30Z")),
                not_covered: String::new(),
            }),
            because: match kind {
                NoticeKind::Escalated => "on call: First of Duty engineers, 15 min after the fault opened".to_owned(),
                _ => String::new(),
            },
        }
    }

    fn links() -> Links {
        Links {
            base_url: "https://desk.example/".to_owned(),
            fault: Some("/f/1042".to_owned()),
            acknowledge: Some(format!("/a/{}", "AbCdEf0123".repeat(9))),
            password: Some("https://desk.example/password/Zm9vYmFy".to_owned()),
            ticket: Some("/t/2314".to_owned()),
            rate: Some(format!("/r/{}", "AbCdEf0123".repeat(8))),
        }
    }

    fn mail(facts: NoticeFacts) -> Rendered {
        render(&MailFacts::Fault(Box::new(facts)), &links(), PHONE).unwrap()
    }

    /// Both parts as they are, subject on top of the text.
    #[track_caller]
    fn check(name: &str, mail: &Rendered) {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}.txt"), format!("Subject: {}\n\n{}", mail.subject, mail.text));
            insta::assert_snapshot!(format!("{name}.html"), mail.html);
        });
    }

    #[test]
    fn fault_mails_read_as_agreed_on_both_sides() {
        for side in [Side::Customer, Side::Staff] {
            for kind in NoticeKind::ALL {
                let side_word = if side == Side::Staff { "staff" } else { "customer" };
                check(&format!("{}-{side_word}", kind.as_str()), &mail(facts(kind, side)));
            }
        }
    }

    #[test]
    fn account_mails_read_as_agreed() {
        for invitation in [true, false] {
            let facts = AccountFacts {
                invitation,
                name: "Jo Bell".to_owned(),
                email: "jo@bathdental.example".to_owned(),
                by: if invitation { "Priya Nair" } else { "" }.to_owned(),
                link: Uuid::from_u128(9),
                expires_at: at("2026-11-27T09:00:00Z"),
                zone: "Europe/London".to_owned(),
            };
            let mail = render(&MailFacts::Account(facts), &links(), PHONE).unwrap();
            check(if invitation { "invitation" } else { "reset" }, &mail);
        }
    }

    fn ticket(news: TicketNews) -> TicketFacts {
        TicketFacts {
            id: TicketId(Uuid::from_u128(8)),
            number: 2_314,
            subject: "SIP trunk is down".to_owned(),
            customer: "Bath & Wells Dental".to_owned(),
            by: "Priya Nair".to_owned(),
            news,
            at: at("2026-11-24T16:42:00Z"),
            cover: CoverLevel::Cat2,
            zone: "Europe/London".to_owned(),
            recipient_name: "Jo Bell".to_owned(),
            because: String::new(),
        }
    }

    #[test]
    fn mails_about_the_life_of_a_ticket_read_as_agreed() {
        let text = "It crackles again.\n\nSince this morning.".to_owned();
        let cases = [
            ("ticket-message", TicketNews::Message { text }),
            ("ticket-received", TicketNews::Received { respond_by: Some(at("2026-11-25T08:42:00Z")) }),
            ("ticket-received-unpromised", TicketNews::Received { respond_by: None }),
            ("ticket-conditional", TicketNews::Conditional { topic: "voicemail".to_owned() }),
            (
                "ticket-condition-over",
                TicketNews::ConditionOver {
                    topic: "voicemail".to_owned(),
                    respond_by: Some(at("2026-11-25T08:42:00Z")),
                },
            ),
            ("ticket-closing", TicketNews::Closing { closes_at: at("2026-11-25T16:42:00Z") }),
            ("ticket-closed", TicketNews::Closed { unanswered: false }),
            ("ticket-unanswered", TicketNews::Closed { unanswered: true }),
            ("ticket-declined", TicketNews::Declined { reason: "The maker sells no such part any more.".to_owned() }),
        ];
        for (name, news) in cases {
            let because = if news.side() == Side::Staff { "you watch this ticket" } else { "" };
            let facts = TicketFacts { because: because.to_owned(), ..ticket(news) };
            let mail = render(&MailFacts::Ticket(Box::new(facts)), &links(), PHONE).unwrap();
            check(name, &mail);
            assert_eq!(mail.subject, "[T-2314] SIP trunk is down", "one thread");
            let asks = matches!(name, "ticket-closed" | "ticket-unanswered");
            assert_eq!(mail.text.contains("/r/"), asks, "{name} asks how it was");
            assert_eq!(mail.html.contains("/r/"), asks, "{name}");
        }
    }

    #[test]
    fn ticket_mails_read_as_agreed() {
        let text = "The trunk answers again since 16:30: the carrier moved it to another route.\n\nPlease try a call \
                    out.\nI will look again at 17:15.";
        let reply = ticket(TicketNews::Reply { text: text.to_owned() });
        check("ticket-reply", &render(&MailFacts::Ticket(Box::new(reply)), &links(), PHONE).unwrap());
        for (reason, name) in PauseReason::ALL.into_iter().zip(["remote", "onsite", "site"]) {
            let evidence = "SSH to pbx-bath-1 is refused since 11:28.".to_owned();
            let paused = ticket(TicketNews::Paused { reason, evidence });
            let mail = render(&MailFacts::Ticket(Box::new(paused)), &links(), PHONE).unwrap();
            if reason == PauseReason::RemoteAccess {
                check("ticket-paused", &mail);
            }
            assert!(mail.text.contains("does not count"), "{name}");
            assert_eq!(mail.subject, "[T-2314] SIP trunk is down", "one thread");
        }
    }

    #[test]
    fn mails_about_money_read_as_agreed() {
        let reason = "We do not know this make of phone system.".to_owned();
        let asked = |units| TicketNews::ApprovalNeeded { units, net_pence: 7_000, gross_pence: 8_400 };
        let text = "Moving all 40 extensions to the new numbering plan takes about 3 hours.".to_owned();
        for (name, news) in [
            ("incident-declined", TicketNews::IncidentDeclined { reason }),
            ("ticket-approval", asked(1)),
            ("ticket-approval-split", asked(0)),
            ("ticket-outside-cover", TicketNews::OutsideCover { text }),
        ] {
            check(name, &render(&MailFacts::Ticket(Box::new(ticket(news))), &links(), PHONE).unwrap());
        }
    }

    #[test]
    fn hostile_words_in_a_ticket_stay_words() {
        let evil = "<script>alert(1)</script>\"'\r\nBcc: all@example.com\u{202e}";
        let reply = TicketFacts {
            subject: evil.to_owned(),
            customer: evil.to_owned(),
            by: evil.to_owned(),
            ..ticket(TicketNews::Reply { text: evil.to_owned() })
        };
        let mail = render(&MailFacts::Ticket(Box::new(reply)), &links(), PHONE).unwrap();
        assert!(!mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
        assert!(!mail.html.contains("<script") && !mail.html.contains('\u{202e}'), "{}", mail.html);
    }

    #[test]
    fn other_mails_read_as_agreed() {
        let refused = RefusedFacts {
            name: "Jo Bell".to_owned(),
            email: "jo@bathdental.example".to_owned(),
            customer: "Bath & Wells Dental".to_owned(),
            subject: "[F-1042] Critical: pbx-bath-1: SIP trunk is down".to_owned(),
            reply: "550 5.1.1 <jo@bathdental.example>: Recipient address rejected: User unknown".to_owned(),
            at: at("2026-11-24T16:31:05Z"),
            zone: "Europe/London".to_owned(),
        };
        check("refused", &render(&MailFacts::Refused(refused), &links(), PHONE).unwrap());
        for (name, threshold, remaining_s) in [("clock-warning", 75, 3_600), ("clock-missed", 100, 0)] {
            let clock = ClockFacts {
                ticket: 2314,
                subject: "Bath phone system: SIP trunk is down".to_owned(),
                customer: "Bath & Wells Dental".to_owned(),
                kind: ClockKind::Response,
                threshold,
                due_at: at("2026-11-24T20:31:30Z"),
                remaining_s,
                cover: CoverLevel::Cat2,
                at: at("2026-11-24T19:31:30Z"),
                zone: "Europe/London".to_owned(),
                because: "on call: First of Duty engineers".to_owned(),
            };
            check(name, &render(&MailFacts::Clock(clock), &links(), PHONE).unwrap());
        }
        let alarm = AlarmFacts {
            title: "Contract rows cannot be read".to_owned(),
            text: "F-1042 was told to everybody, but its ticket was not opened".to_owned(),
            at: at("2026-11-24T16:31:05Z"),
            zone: "Europe/London".to_owned(),
        };
        check("alarm", &render(&MailFacts::Alarm(alarm), &links(), PHONE).unwrap());
        let test = MailFacts::Test { at: at("2026-11-24T16:31:05Z") };
        check("test", &render(&test, &links(), PHONE).unwrap());
    }

    #[test]
    fn mails_about_calendars_and_rotas_read_as_agreed() {
        let moved =
            MovedTarget { ticket: 2314, old: Some(at("2026-12-29T10:30:00Z")), new: Some(at("2027-01-04T10:30:00Z")) };
        let closed = AnnouncedFacts {
            customer: "Bath & Wells Dental".to_owned(),
            name: "Jo Bell".to_owned(),
            first_on: jiff::civil::date(2026, 12, 29),
            last_on: jiff::civil::date(2026, 12, 31),
            hours: "closed".to_owned(),
            text: "Christmas shutdown".to_owned(),
            taken_back: false,
            moved: vec![moved],
            at: at("2026-11-24T16:41:44Z"),
            zone: "Europe/London".to_owned(),
        };
        let taken_back = AnnouncedFacts { hours: String::new(), taken_back: true, moved: Vec::new(), ..closed.clone() };
        for (name, facts) in [("announced", closed), ("announced-taken-back", taken_back)] {
            check(name, &render(&MailFacts::Announced(facts), &links(), PHONE).unwrap());
        }
        let on = HandOverFacts {
            name: "Priya Nair".to_owned(),
            rota: "Support on call".to_owned(),
            layer: "First".to_owned(),
            at: at("2026-11-23T09:00:00Z"),
            direction: Direction::On { until: Some(at("2026-11-30T09:00:00Z")) },
            other: Some("Tom Okafor".to_owned()),
            faults_open: 3,
            tickets_open: 1,
            zone: "Europe/London".to_owned(),
        };
        let off =
            HandOverFacts { direction: Direction::Off, other: None, faults_open: 0, tickets_open: 0, ..on.clone() };
        for (name, facts) in [("hand-over-on", on), ("hand-over-off", off)] {
            check(name, &render(&MailFacts::HandOver(facts), &links(), PHONE).unwrap());
        }
    }

    #[test]
    fn other_states_read_as_agreed() {
        let warning = NoticeFacts {
            status: Status::Warning,
            headline: headline("SIP trunk", Status::Warning),
            acknowledged_by: Some("Priya Nair".to_owned()),
            cover: CoverLevel::None,
            ticket: None,
            ..facts(NoticeKind::Opened, Side::Customer)
        };
        let unknown = NoticeFacts {
            status: Status::Unknown,
            headline: headline("SIP trunk", Status::Unknown),
            ..facts(NoticeKind::Opened, Side::Staff)
        };
        let long = NoticeFacts {
            headline: headline("SIP trunk", Status::Warning),
            started_at: at("2026-11-20T08:00:00Z"),
            ..facts(NoticeKind::Recovered, Side::Customer)
        };
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("state-warning-no-cover.txt", mail(warning).text);
            insta::assert_snapshot!("state-unknown-staff.txt", mail(unknown).text);
            insta::assert_snapshot!("state-warning-recovered-after-days.txt", mail(long).text);
        });
    }

    #[test]
    fn only_the_state_word_of_the_subject_changes_in_the_life_of_a_fault() {
        let life = [
            (NoticeKind::Opened, Status::Warning, "Warning"),
            (NoticeKind::Changed, Status::Critical, "Critical"),
            (NoticeKind::Changed, Status::Unknown, "Unknown"),
            (NoticeKind::Flapping, Status::Critical, "Flapping"),
            (NoticeKind::Recovered, Status::Ok, "Recovered"),
            (NoticeKind::Abandoned, Status::Critical, "No longer watched"),
        ];
        for side in [Side::Customer, Side::Staff] {
            for (kind, status, word) in life {
                let facts = NoticeFacts {
                    status,
                    headline: headline("SIP trunk", Status::Warning),
                    detail: format!("{status:?}"),
                    ..facts(kind, side)
                };
                assert_eq!(mail(facts).subject, format!("[F-1042] {word}: pbx-bath-1: SIP trunk is degraded"));
            }
        }
    }

    #[test]
    fn a_customer_sees_nothing_that_is_for_staff() {
        for kind in NoticeKind::ALL {
            let mail = mail(facts(kind, Side::Customer));
            for (part, text) in [("text", &mail.text), ("html", &mail.html)] {
                for secret in ["10.20.30.40", "5060", "envelope", "OPTIONS", "VPN", "The customer is told"] {
                    assert!(!text.contains(secret), "{kind:?} {part} shows {secret}");
                }
            }
            // The subject must name the host; the rest of the mail calls it what the customer does.
            assert!(!mail.text.contains("pbx-bath-1"), "{}", mail.text);
            assert_eq!(mail.html.matches("pbx-bath-1").count(), 1, "only in the title element");
        }
    }

    #[test]
    fn each_fault_mail_has_one_link_to_the_fault_and_at_most_one_to_acknowledge() {
        for side in [Side::Customer, Side::Staff] {
            for kind in NoticeKind::ALL {
                let mail = mail(facts(kind, side));
                let open = kind.is_of_open_fault();
                for (part, text) in [("text", &mail.text), ("html", &mail.html)] {
                    let seen = text.matches("https://desk.example/f/1042").count();
                    assert_eq!(seen, 1, "{kind:?} {side:?} {part}: fault link");
                    let seen = text.matches("https://desk.example/a/AbCdEf").count();
                    assert_eq!(seen, usize::from(open), "{kind:?} {side:?} {part}: acknowledge link");
                    assert_eq!(text.contains("Acknowledging "), open, "{kind:?} {side:?} {part}: words");
                }
            }
        }
    }

    #[test]
    fn hostile_words_stay_words() {
        let evil = "<script>alert(1)</script>\"'\r\nBcc: all@example.com\r\n\r\n<b>\u{202e}x";
        for side in [Side::Customer, Side::Staff] {
            for kind in NoticeKind::ALL {
                let facts = NoticeFacts {
                    headline: format!("{evil} is down"),
                    customer: evil.to_owned(),
                    site: evil.to_owned(),
                    host: evil.to_owned(),
                    system: evil.to_owned(),
                    service: evil.to_owned(),
                    detail: evil.to_owned(),
                    address: evil.to_owned(),
                    access_note: evil.to_owned(),
                    zone: evil.to_owned(),
                    recipient_name: evil.to_owned(),
                    told: vec![evil.to_owned(); 3],
                    acknowledged_by: Some(evil.to_owned()),
                    ..facts(kind, side)
                };
                let mail = mail(facts);
                assert!(!mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
                assert!(!mail.html.contains("<script") && !mail.html.contains("\"'"), "{kind:?} {side:?}");
                assert!(!mail.html.contains("<b>x") && !mail.html.contains('\u{202e}'), "{kind:?} {side:?}");
                assert!(mail.html.contains("&#60;script&#62;"), "{kind:?} {side:?} shows it as text");
                let forged = |text: &str| text.lines().any(|line| line.starts_with("Bcc:"));
                // An access note keeps its lines; everything else is one.
                assert!(side == Side::Staff || !forged(&mail.text), "{kind:?} {side:?}: {}", mail.text);
            }
        }
    }

    #[test]
    fn a_very_long_detail_ends_with_an_ellipsis() {
        let facts = NoticeFacts {
            detail: "x".repeat(4_096),
            access_note: "y ".repeat(1_000),
            ..facts(NoticeKind::Opened, Side::Staff)
        };
        let mail = mail(facts);
        let cut = format!("{}…", "x".repeat(599));
        assert!(mail.html.contains(&cut) && !mail.html.contains(&"x".repeat(600)));
        assert!(mail.text.contains(&cut) && mail.text.len() < 3_000, "{}", mail.text.len());
        assert!(mail.html.len() < 20_000, "{}", mail.html.len());
    }

    #[test]
    fn missing_and_foreign_links_are_refused() {
        let fault = |links: &Links| {
            render(&MailFacts::Fault(Box::new(facts(NoticeKind::Opened, Side::Customer))), links, PHONE)
        };
        let without = Links { fault: None, ..links() };
        assert!(matches!(fault(&without), Err(RenderError::NoLink { which: "fault" })));
        let script = Links { acknowledge: Some("javascript:alert(1)".to_owned()), ..links() };
        assert!(matches!(fault(&script), Err(RenderError::BadLink { which: "acknowledge" })));
        let no_base = Links { base_url: "desk.example".to_owned(), ..links() };
        assert!(matches!(fault(&no_base), Err(RenderError::BadLink { which: "base" })));
        let preview = Links { acknowledge: None, ..links() };
        assert!(!fault(&preview).unwrap().text.contains("cknowledg"));
    }

    #[test]
    fn every_cover_level_says_what_happens_next() {
        for cover in CoverLevel::ALL {
            for side in [Side::Customer, Side::Staff] {
                let mail = mail(NoticeFacts { cover, ..facts(NoticeKind::Opened, side) });
                let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(text.contains(cover.next_step()), "{cover:?} {side:?}: {text}");
                assert!(text.contains("T-2314 is open; we aim to respond by Tue 24 Nov 2026, 20:31"), "{text}");
                let contract = format!("{}, {}", cover.label(), cover.hours());
                assert_eq!(text.contains(&contract), side == Side::Staff, "{cover:?} {side:?}");
            }
        }
    }

    #[test]
    fn prose_is_wrapped_and_there_is_always_an_end() {
        for kind in NoticeKind::ALL {
            let mail = mail(facts(kind, Side::Staff));
            for line in mail.text.lines().filter(|line| !line.starts_with("https://")) {
                assert!(line.chars().count() <= 72, "{line}");
            }
            assert!(mail.html.trim_end().ends_with("</html>"));
        }
    }
}
