//! The cover levels and what each one means in a few words. Source: contract page; `rules` section 1.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverLevel {
    None,
    CatS,
    Cat1,
    Cat2,
    Cat4,
    /// A level agreed for one contract.
    Custom,
}

impl CoverLevel {
    pub const ALL: [Self; 6] = [Self::None, Self::CatS, Self::Cat1, Self::Cat2, Self::Cat4, Self::Custom];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::CatS => "cats",
            Self::Cat1 => "cat1",
            Self::Cat2 => "cat2",
            Self::Cat4 => "cat4",
            Self::Custom => "custom",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(text))
    }

    /// The word on the badge.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "No cover",
            Self::CatS => "CatS",
            Self::Cat1 => "Cat1",
            Self::Cat2 => "Cat2",
            Self::Cat4 => "Cat4",
            Self::Custom => "Custom",
        }
    }

    /// What stands beside the badge.
    pub fn hours(self) -> &'static str {
        match self {
            Self::None => "return to base",
            Self::CatS => "by incident",
            Self::Cat1 => "Mon to Fri, 9 to 5",
            Self::Cat2 => "every day, 7 to 23",
            Self::Cat4 => "24 h cover",
            Self::Custom => "as agreed",
        }
    }

    /// What the contract lets happen after a fault, in a sentence for the customer.
    pub fn next_step(self) -> &'static str {
        match self {
            Self::None => {
                "You have no support contract. You can send the equipment back to us for repair, or ask us to accept a \
                 CatS incident (£70 + VAT, up to 2 hours)."
            }
            Self::CatS => {
                "Nobody starts work by itself on CatS cover. Call us to open an incident (£70 + VAT, up to 2 hours)."
            }
            Self::Cat1 => "Our support staff see this fault. We aim to respond within 8 working hours.",
            Self::Cat2 => {
                "Our duty engineer is told between 07:00 and 23:00 every day. We aim to respond within 4 hours of \
                 cover time."
            }
            Self::Cat4 => {
                "Our duty engineer is told at any hour. If a visit is needed, we aim to be on site within 24 hours of \
                 that decision."
            }
            Self::Custom => "Our support staff act as agreed in your contract.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_exactly_these_levels() {
        let words: Vec<_> = CoverLevel::ALL.into_iter().map(CoverLevel::as_str).collect();
        assert_eq!(words, ["none", "cats", "cat1", "cat2", "cat4", "custom"]);
        assert_eq!(CoverLevel::parse("Cat2"), Some(CoverLevel::Cat2));
        assert_eq!(CoverLevel::parse("cat3"), None);
    }

    #[test]
    fn a_target_is_never_called_a_guarantee() {
        for level in CoverLevel::ALL {
            assert!(!level.next_step().contains("guarantee"), "{level:?}");
        }
    }
}
