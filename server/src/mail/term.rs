//! The mail about the coming end of a contract's term.

use domain::{
    access::Side,
    contract::{TermNoticeKind, number_words},
    money::pounds_brief,
    notice::TermFacts,
};

use super::{
    tone::Tone,
    view::Phone,
    words::{one_line, shortened},
};

/// Names are 80 characters at most, so this is never reached by what people typed.
const SUBJECT_CHARS_MAX: usize = 300;

pub(super) struct TermView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) customer: String,
    /// What happened or will happen.
    pub(super) what: String,
    /// What the next year costs; empty without a guide price or without a next year.
    pub(super) price: String,
    pub(super) next: String,
    pub(super) link: String,
    pub(super) link_words: &'static str,
    pub(super) zone: String,
    pub(super) reason: String,
    pub(super) phone: Option<Phone>,
}

impl TermView {
    pub(super) fn new(facts: &TermFacts, link: String, support_phone: &str) -> Self {
        let staff = facts.side == Side::Staff;
        let customer = one_line(&facts.customer);
        let renews = facts.kind == TermNoticeKind::Renews;
        Self {
            subject: shortened(&facts.subject(), SUBJECT_CHARS_MAX),
            tone: if renews { Tone::Accent } else { Tone::Warning },
            number: number_words(facts.number),
            title: title(facts),
            what: what(facts),
            price: price(facts),
            next: next(facts),
            link,
            link_words: if staff { "Open the contract" } else { "See your cover" },
            zone: one_line(&facts.zone),
            reason: match staff {
                true => "You get this because you are on the support staff.".to_owned(),
                false => format!("You get this because you are a contact of {customer}."),
            },
            phone: if staff { None } else { Phone::parse(support_phone) },
            customer,
        }
    }
}

fn level(facts: &TermFacts) -> String {
    one_line(&facts.level_name)
}

fn title(facts: &TermFacts) -> String {
    let cover = match facts.side {
        Side::Staff => format!("{} cover of {}", level(facts), one_line(&facts.customer)),
        Side::Customer => format!("Your {} cover", level(facts)),
    };
    match facts.kind {
        TermNoticeKind::Renews => format!("{cover} renews in {} days", facts.days),
        TermNoticeKind::Ends => format!("{cover} ends in {} days", facts.days),
    }
}

fn what(facts: &TermFacts) -> String {
    let last_on = facts.last_on.strftime("%A %-d %B %Y");
    match facts.kind {
        TermNoticeKind::Renews => {
            format!("Year {} runs until {last_on}. Year {} follows it.", facts.year, facts.year.saturating_add(1))
        }
        TermNoticeKind::Ends => format!("The last day of cover is {last_on}. Nothing follows it."),
    }
}

fn price(facts: &TermFacts) -> String {
    facts.next_net_pence.map_or_else(String::new, |net| {
        format!(
            "{} + VAT for {} ports in year {}: a guide price; an exact quote may differ.",
            pounds_brief(net),
            facts.ports,
            facts.year.saturating_add(1)
        )
    })
}

fn next(facts: &TermFacts) -> String {
    let words = match (facts.side, facts.kind) {
        (Side::Customer, TermNoticeKind::Renews) => {
            "Nothing is needed from you. To change or end your cover, tell us before that day."
        }
        (Side::Customer, TermNoticeKind::Ends) => {
            "Tell us if you want to go on. Without a contract we still watch your systems and email you, but nobody \
             starts work by itself."
        }
        (Side::Staff, TermNoticeKind::Renews) => "It renews by itself. The customer has been told.",
        (Side::Staff, TermNoticeKind::Ends) => {
            "Ask the customer whether to go on, and enter the contract that follows. The customer has been told."
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use domain::{cover::CoverLevel, id::ContractId, notice::MailFacts, time::Timestamp};
    use uuid::Uuid;

    use super::super::render::{Links, Rendered, render};
    use super::*;

    fn mail(kind: TermNoticeKind, side: Side) -> Rendered {
        let facts = TermFacts {
            kind,
            side,
            contract: ContractId(Uuid::from_u128(5)),
            number: 204,
            days: 30,
            year: 1,
            last_on: jiff::civil::date(2027, 3, 31),
            level: CoverLevel::Cat4,
            level_name: "Cat4".to_owned(),
            customer: "Bath & Wells Dental".to_owned(),
            ports: 24,
            next_net_pence: (kind == TermNoticeKind::Renews).then_some(112_000),
            at: Timestamp::EPOCH,
            zone: "Europe/London".to_owned(),
            recipient_name: "Jo Bell".to_owned(),
        };
        let links = Links { base_url: "https://desk.example".to_owned(), ..Links::default() };
        render(&MailFacts::Term(Box::new(facts)), &links, "0808 157 0142").unwrap()
    }

    #[test]
    fn mails_about_the_end_of_a_term_read_as_agreed() {
        for (kind, word) in [(TermNoticeKind::Renews, "renews"), (TermNoticeKind::Ends, "ends")] {
            for (side, who) in [(Side::Customer, "customer"), (Side::Staff, "staff")] {
                let (name, mail) = (format!("term-{word}-{who}"), mail(kind, side));
                insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                    let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
                    insta::assert_snapshot!(format!("{name}.txt"), text);
                    insta::assert_snapshot!(format!("{name}.html"), mail.html);
                });
                for line in mail.text.lines().filter(|line| !line.starts_with("https://")) {
                    assert!(line.chars().count() <= 72, "{line}");
                }
                assert!(!mail.text.to_lowercase().contains("guarantee"), "{name}");
            }
        }
    }
}
