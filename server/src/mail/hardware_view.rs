//! What the template of mails about hardware prints.

use domain::{
    access::Side,
    hardware::rma_reference,
    money::pounds,
    notice::{HardwareFacts, HardwareNews, InvitationFacts},
    ticket::reference,
};
use jiff::civil::Date;

use super::{
    tone::Tone,
    view::Phone,
    words::{Zone, one_line, shortened},
};

/// Subjects of tickets are one line of a page, so this is never reached by what people typed.
const SUBJECT_CHARS_MAX: usize = 300;
/// What an inbox shows of a mail before it is opened.
const PREHEADER_CHARS_MAX: usize = 160;

/// A fact with its label, for both parts of the mail.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) label_text: String,
    pub(super) text: String,
}

/// A mail about hardware, for one side.
pub(super) struct HardwareView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    pub(super) band: String,
    pub(super) band_text: String,
    pub(super) preheader: String,
    pub(super) title: String,
    pub(super) customer: String,
    pub(super) reference: String,
    pub(super) rows: Vec<Row>,
    pub(super) next: String,
    pub(super) link: String,
    pub(super) zone: String,
    /// Why the reader gets this.
    pub(super) reason: String,
    pub(super) phone: Option<Phone>,
}

impl HardwareView {
    pub(super) fn new(facts: &HardwareFacts, link: String, support_phone: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        let said = said(facts, &zone);
        let customer = one_line(&facts.customer);
        let staff = facts.side == Side::Staff;
        let rows = said.rows.into_iter().filter(|(_, text)| !text.is_empty());
        let rows: Vec<_> =
            rows.map(|(label, text)| Row { label, label_text: label.to_uppercase(), text: one_line(&text) }).collect();
        let first = rows.first().map(|row| row.text.clone()).unwrap_or_default();
        Self {
            subject: shortened(&facts.mail_subject(), SUBJECT_CHARS_MAX),
            tone: said.tone,
            band_text: said.band.to_uppercase(),
            preheader: shortened(&format!("{}: {first} {}", said.band, said.next), PREHEADER_CHARS_MAX),
            band: said.band,
            title: one_line(&facts.subject),
            reference: reference(facts.ticket),
            rows,
            next: said.next,
            link,
            zone: zone.name,
            reason: match staff {
                true => "You get this because you are on the support staff.".to_owned(),
                false => format!("You get this because you are a contact of {customer}."),
            },
            phone: if staff { None } else { Phone::parse(support_phone) },
            customer,
        }
    }
}

struct Said {
    tone: Tone,
    band: String,
    rows: Vec<(&'static str, String)>,
    next: String,
}

fn said(facts: &HardwareFacts, zone: &Zone) -> Said {
    let staff = facts.side == Side::Staff;
    match &facts.news {
        HardwareNews::VisitBooked { engineer, invitation, taking } => {
            visit_booked(invitation, (engineer, taking), zone, staff)
        }
        HardwareNews::VisitCancelled { engineer, invitation, reason } => Said {
            tone: Tone::Warning,
            band: "Visit cancelled".to_owned(),
            rows: vec![
                ("Was to be", zone.period(invitation.starts_at, invitation.ends_at)),
                ("Engineer", engineer.clone()),
                ("Where", invitation.place.clone()),
                ("Why", reason.clone()),
            ],
            next: match staff {
                true => "The appointment is taken out of your calendar. Nothing is needed from you.".to_owned(),
                false => "The ticket says how we go on. Reply if this does not suit you.".to_owned(),
            },
        },
        HardwareNews::CourierDispatched { goods, expected_on, tracking } => Said {
            tone: Tone::Accent,
            band: "On its way to you".to_owned(),
            rows: vec![
                ("What", goods.clone()),
                ("Expected", format!("by {}", long(*expected_on))),
                ("Tracking", tracking.clone()),
            ],
            next: "Please make sure that somebody can take it in. Tell us if it has not come by then.".to_owned(),
        },
        HardwareNews::ReturnOpened { rma, item, address } => Said {
            tone: Tone::Accent,
            band: format!("Please send it to us: {}", rma_reference(*rma)),
            rows: vec![
                ("What", item.clone()),
                ("Number", format!("{}: write it on the parcel", rma_reference(*rma))),
                ("Send it to", address.clone()),
            ],
            next: match address.is_empty() {
                true => "Call us for the address before you send it. We tell you what we find.".to_owned(),
                false => "Pack it well and send it. We tell you when it is here and what we find.".to_owned(),
            },
        },
        HardwareNews::RepairQuoted { rma, item, net_pence, gross_pence } => Said {
            tone: Tone::Warning,
            band: format!("The repair costs {}", pounds(*gross_pence)),
            rows: vec![
                ("What", format!("{item}, {}", rma_reference(*rma))),
                ("Price", format!("{} + VAT ({} in all)", pounds(*net_pence), pounds(*gross_pence))),
            ],
            next:
                "Reply or call to say yes or no. Until then we do not repair it and charge nothing. If you say no, it \
                   comes back to you as it is."
                    .to_owned(),
        },
        HardwareNews::LoanReturnAsked { unit, due_on, address } => Said {
            tone: Tone::Accent,
            band: "Please send the loan unit back".to_owned(),
            rows: vec![("Unit", unit.clone()), ("By", long(*due_on)), ("Send it to", address.clone())],
            next: match address.is_empty() {
                true => "Call us for the address before you send it.".to_owned(),
                false => "Pack it well and send it. Reply if you still need it.".to_owned(),
            },
        },
        HardwareNews::DamageFound { item, kind, text } => Said {
            tone: Tone::Warning,
            band: "What we found".to_owned(),
            rows: vec![("On", item.clone()), ("Damage by", kind.clone()), ("Found", text.clone())],
            next: "Repair costs may apply because of this. We ask you before anything is charged. Reply if you see it \
                   otherwise."
                .to_owned(),
        },
        HardwareNews::LoanDue { unit, due_on, days, address } => loan_due((unit, *due_on, *days, address), staff),
    }
}

fn visit_booked(invitation: &InvitationFacts, (engineer, taking): (&str, &str), zone: &Zone, staff: bool) -> Said {
    let band = if invitation.sequence < 2 { "Visit booked" } else { "Visit: new time" };
    Said {
        tone: Tone::Accent,
        band: band.to_owned(),
        rows: vec![
            ("When", zone.period(invitation.starts_at, invitation.ends_at)),
            ("Engineer", engineer.to_owned()),
            ("Where", invitation.place.clone()),
            ("Taking", taking.to_owned()),
        ],
        next: match staff {
            true => "Check in on the ticket's page when you arrive: that stops the arrival clock.".to_owned(),
            false => "Please make sure that somebody can let the engineer in. Reply if this time does not suit you."
                .to_owned(),
        },
    }
}

fn loan_due((unit, due_on, days, address): (&str, Date, i32, &str), staff: bool) -> Said {
    let (tone, band) = match days {
        ..0 => (Tone::Accent, format!("Loan unit due back in {} days", -days)),
        0 => (Tone::Accent, "Loan unit due back today".to_owned()),
        _ => (Tone::Warning, format!("Loan unit overdue by {days} days")),
    };
    Said {
        tone,
        band,
        rows: vec![("Unit", unit.to_owned()), ("Due back", long(due_on)), ("Send it to", address.to_owned())],
        next: match (staff, days) {
            (true, _) => "Call the customer and ask where it is. The customer has been told.".to_owned(),
            (false, 1..) => {
                "Please send it back today, or call us. The repaired unit has been with you for a while.".to_owned()
            }
            (false, _) => "Please send it back by then. If it is on its way already, nothing is needed.".to_owned(),
        },
    }
}

fn long(day: Date) -> String {
    day.strftime("%A %-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use domain::{cover::CoverLevel, notice::MailFacts, time::Timestamp};
    use jiff::civil::date;

    use super::super::{
        invitation::invitation,
        message::Sender,
        render::{Links, Rendered, render},
    };
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    fn facts(news: HardwareNews, side: Side) -> MailFacts {
        MailFacts::Hardware(Box::new(HardwareFacts {
            ticket: 2_314,
            subject: "No dialling tone on 200 to 247".to_owned(),
            customer: "Bath & Wells Dental".to_owned(),
            side,
            news,
            at: at("2026-11-19T15:58:00Z"),
            cover: CoverLevel::Cat4,
            zone: "Europe/London".to_owned(),
            recipient_name: "Jo Bell".to_owned(),
        }))
    }

    fn mail(news: HardwareNews, side: Side) -> Rendered {
        let links = Links { base_url: "https://desk.example".to_owned(), ..Links::default() };
        render(&facts(news, side), &links, "0808 157 0142").unwrap()
    }

    fn appointment(sequence: u32) -> InvitationFacts {
        InvitationFacts {
            uid: "visit-1@desk.example".to_owned(),
            sequence,
            starts_at: at("2026-11-20T09:30:00Z"),
            ends_at: at("2026-11-20T11:30:00Z"),
            place: "Bath office, Bath & Wells Dental".to_owned(),
        }
    }

    fn booked(sequence: u32) -> HardwareNews {
        let taking = "Loan controller LN-0031".to_owned();
        HardwareNews::VisitBooked { engineer: "Tom Okafor".to_owned(), invitation: appointment(sequence), taking }
    }

    fn loan(days: i32) -> HardwareNews {
        let address = "Faultdesk, 1 Kingsmead Square, Bath BA1 2AB".to_owned();
        HardwareNews::LoanDue { unit: "LN-0031".to_owned(), due_on: date(2026, 12, 8), days, address }
    }

    #[track_caller]
    fn check(name: &str, news: HardwareNews, side: Side) {
        let mail = mail(news, side);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            insta::assert_snapshot!(format!("hardware-{name}.txt"), text);
        });
        for line in mail.text.lines().filter(|line| !line.starts_with("https://")) {
            assert!(line.chars().count() <= 72, "{name}: {line}");
        }
        assert!(!mail.text.to_lowercase().contains("guarantee"), "{name}");
        assert!(mail.html.contains("Bath &#38; Wells Dental") || mail.html.contains("&amp;"), "{name}");
        assert_eq!(mail.subject, "[T-2314] No dialling tone on 200 to 247", "one thread");
    }

    #[test]
    fn mails_about_hardware_read_as_agreed() {
        check("visit-booked-customer", booked(1), Side::Customer);
        check("visit-rebooked-engineer", booked(2), Side::Staff);
        let reason = "The system answered again after a restart.".to_owned();
        let engineer = "Tom Okafor".to_owned();
        let cancelled = HardwareNews::VisitCancelled { engineer, invitation: appointment(3), reason };
        check("visit-cancelled-customer", cancelled, Side::Customer);
        let goods = "Replacement analogue card AC-0117".to_owned();
        let sent = HardwareNews::CourierDispatched { goods, expected_on: date(2026, 11, 20), tracking: String::new() };
        check("courier-customer", sent, Side::Customer);
        let item = "Mitel 3300 controller, serial 0412".to_owned();
        let address = "Faultdesk, 1 Kingsmead Square, Bath BA1 2AB".to_owned();
        let quoted =
            HardwareNews::RepairQuoted { rma: 501, item: item.clone(), net_pence: 12_500, gross_pence: 15_000 };
        check("repair-quoted-customer", quoted, Side::Customer);
        let (unit, due_on) = ("LN-0031".to_owned(), date(2026, 12, 8));
        let asked = HardwareNews::LoanReturnAsked { unit, due_on, address: address.clone() };
        check("loan-return-asked-customer", asked, Side::Customer);
        check("return-customer", HardwareNews::ReturnOpened { rma: 501, item: item.clone(), address }, Side::Customer);
        let (kind, text) = ("misuse".to_owned(), "There is coffee on the main board.".to_owned());
        check("damage-customer", HardwareNews::DamageFound { item, kind, text }, Side::Customer);
        check("loan-before-customer", loan(-7), Side::Customer);
        check("loan-overdue-customer", loan(7), Side::Customer);
        check("loan-overdue-staff", loan(7), Side::Staff);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("hardware-visit-booked-customer.html", mail(booked(1), Side::Customer).html);
        });
    }

    #[test]
    fn a_mail_about_a_visit_carries_its_appointment_and_no_other_does() {
        let sender = Sender::parse("Faultdesk <faults@desk.example>").unwrap();
        let to = ("Jo Bell", "jo@bathdental.example");
        let made = invitation(&facts(booked(2), Side::Customer), &sender, to).unwrap();
        assert_eq!((made.method(), made.sequence, made.uid.as_str()), ("REQUEST", 2, "visit-1@desk.example"));
        assert_eq!(made.attendee.email, to.1);
        assert_eq!(invitation(&facts(loan(0), Side::Customer), &sender, to), None);
    }
}
