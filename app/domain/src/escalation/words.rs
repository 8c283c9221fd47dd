//! Reasons as people read them beside a step. Times are written by the reader's screen or mail.

use std::fmt;

use super::{After, Because, Counted, Delay};
use crate::time::span_words;

/// "on call: First of Duty engineers".
impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnCall { rota, layer } => write!(f, "on call: {layer} of {rota}"),
            Self::Named => f.write_str("named in this step"),
            Self::Role(role) => write!(f, "has the role {}", role.label()),
            Self::Contact => f.write_str("contact of the customer"),
            Self::EveryFault => f.write_str("is told of every fault"),
            Self::Fallback => f.write_str("this step reached nobody else"),
        }
    }
}

/// "at once", "15 min after the fault opened", "2 h of cover time after the fault opened".
impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = span_words(i64::from(self.seconds));
        match self {
            Self { seconds: 0, .. } => f.write_str("at once"),
            Self { counted: Counted::Elapsed, .. } => write!(f, "{length} after the fault opened"),
            Self { counted: Counted::Cover, .. } => write!(f, "{length} of cover time after the fault opened"),
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PagingHours { .. } => "nobody is paged before this hour on this level of cover",
            Self::StepBefore => "keeps its distance from the step before, which was late",
            Self::Resumed => "an acknowledgement or planned work ended",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    #[test]
    fn reasons_are_words() {
        let on_call = Because::OnCall { rota: "Duty engineers".to_owned(), layer: "First".to_owned() };
        for (reason, words) in [
            (on_call, "on call: First of Duty engineers"),
            (Because::Role(Role::Supervisor), "has the role Supervisor"),
            (Because::Fallback, "this step reached nobody else"),
        ] {
            assert_eq!(reason.to_string(), words);
        }
        for (seconds, counted, words) in [
            (0, Counted::Cover, "at once"),
            (900, Counted::Elapsed, "15 min after the fault opened"),
            (5_400, Counted::Cover, "1 h 30 min of cover time after the fault opened"),
        ] {
            assert_eq!(After { seconds, counted }.to_string(), words);
        }
    }
}
