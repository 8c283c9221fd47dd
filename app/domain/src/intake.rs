//! What a person brings: how bad it is, what that makes of it, whether the portal takes it, and calls. Source: `rules`
//! sections 1, 4 and 7; `interface` section 6.

use serde::{Deserialize, Serialize};

use crate::{
    access::Role,
    cover::CoverLevel,
    ticket::{Priority, TicketEventKind, TicketKind},
};

/// How bad it is, in the customer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    NobodyWorks,
    SomeAffected,
    /// A question, or a small change.
    Question,
}

impl Impact {
    pub const ALL: [Self; 3] = [Self::NobodyWorks, Self::SomeAffected, Self::Question];

    /// The scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NobodyWorks => "nobody_works",
            Self::SomeAffected => "some_affected",
            Self::Question => "question",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|impact| impact.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::NobodyWorks => "Nobody can work",
            Self::SomeAffected => "Some people or features are affected",
            Self::Question => "A question, or a small change",
        }
    }

    /// A sentence under it; empty where the words are enough.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NobodyWorks => "No calls in or out, or no email at all",
            Self::SomeAffected => "",
            Self::Question => "Changes over 30 minutes are quoted separately",
        }
    }

    pub fn kind(self) -> TicketKind {
        match self {
            Self::NobodyWorks | Self::SomeAffected => TicketKind::Logged,
            Self::Question => TicketKind::Question,
        }
    }

    pub fn priority(self) -> Priority {
        match self {
            Self::NobodyWorks => Priority::Urgent,
            Self::SomeAffected => Priority::Normal,
            Self::Question => Priority::Low,
        }
    }
}

/// What the portal lets a customer do about something. Source: `rules` section 1, "portal tickets".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// Log a ticket.
    Form,
    /// Order an incident, which is then accepted or declined: it costs money, so a manager does.
    Incident,
    /// An incident can be ordered, by a manager of theirs or on the phone.
    AskManager,
    /// The price and the phone number.
    Call,
}

impl Door {
    pub fn of(portal_tickets: bool, level: CoverLevel, role: Role) -> Self {
        match (portal_tickets, level, role) {
            (true, ..) => Self::Form,
            (false, CoverLevel::CatS, Role::Manager) => Self::Incident,
            (false, CoverLevel::CatS, _) => Self::AskManager,
            (false, ..) => Self::Call,
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Form | Self::Incident)
    }
}

/// How a call went. Source: `rules` section 4: an answered or logged call is a response, and only a person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// They called and somebody on our side spoke with them.
    TheyCalled,
    /// They left us a message.
    TheirVoicemail,
    /// We called and spoke with them.
    WeCalled,
    /// We left them a message.
    OurVoicemail,
    /// We called and nobody answered.
    NoAnswer,
}

impl CallKind {
    pub const ALL: [Self; 5] =
        [Self::TheyCalled, Self::TheirVoicemail, Self::WeCalled, Self::OurVoicemail, Self::NoAnswer];

    /// The scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TheyCalled => "they_called",
            Self::TheirVoicemail => "their_voicemail",
            Self::WeCalled => "we_called",
            Self::OurVoicemail => "our_voicemail",
            Self::NoAnswer => "no_answer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::TheyCalled => "They called, and we spoke",
            Self::TheirVoicemail => "They left us a voicemail",
            Self::WeCalled => "We called, and we spoke",
            Self::OurVoicemail => "We left them a voicemail",
            Self::NoAnswer => "We called, and nobody answered",
        }
    }

    /// Whether a person spoke with a person: only that is a response.
    pub fn is_response(self) -> bool {
        matches!(self, Self::TheyCalled | Self::WeCalled)
    }

    /// Whether they turned to us: that can open a ticket, and ends our waiting for their answer.
    pub fn is_theirs(self) -> bool {
        matches!(self, Self::TheyCalled | Self::TheirVoicemail)
    }

    /// The entry it leaves in a ticket's timeline.
    pub fn entry(self) -> TicketEventKind {
        match self {
            Self::TheyCalled | Self::WeCalled => TicketEventKind::Call,
            Self::TheirVoicemail => TicketEventKind::Message,
            Self::OurVoicemail | Self::NoAnswer => TicketEventKind::CallAttempt,
        }
    }

    /// What it does to the response clock, before it is saved.
    pub fn effect(self) -> &'static str {
        match self {
            Self::TheyCalled | Self::WeCalled => "Meets the response target at the time of the call.",
            Self::TheirVoicemail => "Their words are kept as a message. It is no response: somebody has to call back.",
            Self::OurVoicemail | Self::NoAnswer => {
                "Kept as an attempt. It is no response: the clock goes on until a person has spoken with them."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_bad_it_is_makes_kind_and_priority() {
        let all = Impact::ALL.map(|impact| (impact.kind(), impact.priority()));
        let expected = [
            (TicketKind::Logged, Priority::Urgent),
            (TicketKind::Logged, Priority::Normal),
            (TicketKind::Question, Priority::Low),
        ];
        assert_eq!(all, expected);
        assert!(Impact::ALL.into_iter().all(|impact| Impact::parse(impact.as_str()) == Some(impact)));
        assert_eq!(Impact::parse("dire"), None);
    }

    #[test]
    fn the_portal_takes_tickets_where_the_level_says_so() {
        use CoverLevel as L;
        for role in [Role::Contact, Role::Manager] {
            assert_eq!(Door::of(true, L::Cat1, role), Door::Form, "{role:?}");
            assert_eq!(Door::of(false, L::None, role), Door::Call, "{role:?}");
        }
        assert_eq!(Door::of(false, L::CatS, Role::Manager), Door::Incident);
        assert_eq!(Door::of(false, L::CatS, Role::Contact), Door::AskManager);
        assert!(Door::Incident.is_open() && !Door::AskManager.is_open() && !Door::Call.is_open());
    }

    #[test]
    fn only_a_person_who_spoke_is_a_response() {
        let responses: Vec<_> = CallKind::ALL.into_iter().filter(|kind| kind.is_response()).collect();
        assert_eq!(responses, [CallKind::TheyCalled, CallKind::WeCalled]);
        for kind in CallKind::ALL {
            assert_eq!(kind.entry().is_response(), kind.is_response(), "{kind:?}");
            assert_eq!(CallKind::parse(kind.as_str()), Some(kind));
            assert_eq!(kind.effect().contains("no response"), !kind.is_response(), "{kind:?}");
        }
    }
}
