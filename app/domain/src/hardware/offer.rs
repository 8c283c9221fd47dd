//! What the cover of a ticket lets us offer. Source: `rules` section 1, "replacement".

use super::{Refusal, RepairBasis};
use crate::level::{Replacement, TicketTerms};

/// What may be done about equipment that is believed faulty. It may always come back to base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    replacement: Replacement,
}

impl Offer {
    /// What a ticket with these terms offers. Without cover: return to base alone.
    pub fn of(covered: bool, terms: Option<&TicketTerms>) -> Self {
        let promised = terms.filter(|_| covered).map(|terms| terms.level.replacement);
        Self { replacement: promised.unwrap_or(Replacement::ReturnToBase) }
    }

    pub fn visit(self) -> bool {
        self.replacement == Replacement::OnSite
    }

    /// A replacement by courier; on Cat4 only what a visit needs.
    ///
    /// # Errors
    /// The cover includes none.
    pub fn courier(self, visit_open: bool) -> Result<(), Refusal> {
        match self.replacement {
            Replacement::NextWorkingDayCourier => Ok(()),
            Replacement::OnSite if visit_open => Ok(()),
            Replacement::OnSite | Replacement::ReturnToBase => Err(Refusal::NoCourierInCover),
        }
    }

    /// Who pays for a repair. Levels with a replacement have no repair costs.
    pub fn repair(self, under_warranty: bool) -> RepairBasis {
        match (under_warranty, self.replacement) {
            (true, _) => RepairBasis::Warranty,
            (false, Replacement::NextWorkingDayCourier | Replacement::OnSite) => RepairBasis::Cover,
            (false, Replacement::ReturnToBase) => RepairBasis::Chargeable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cover::CoverLevel, level::LevelTerms};

    #[test]
    fn cover_decides_what_may_be_offered() {
        let offer = |level, covered| {
            let level = LevelTerms::seeded(level).unwrap();
            Offer::of(covered, Some(&TicketTerms { level, calendar_version: None, price_list_version: 1 }))
        };
        for (level, visit, courier, basis) in [
            (CoverLevel::None, false, false, RepairBasis::Chargeable),
            (CoverLevel::CatS, false, false, RepairBasis::Chargeable),
            (CoverLevel::Cat1, false, false, RepairBasis::Chargeable),
            (CoverLevel::Cat2, false, true, RepairBasis::Cover),
            (CoverLevel::Cat4, true, false, RepairBasis::Cover),
        ] {
            let one = offer(level, true);
            assert_eq!(
                (one.visit(), one.courier(false).is_ok(), one.repair(false)),
                (visit, courier, basis),
                "{level:?}"
            );
            assert_eq!(one.repair(true), RepairBasis::Warranty);
            assert_eq!(offer(level, false), Offer::of(true, None), "not covered: {level:?}");
        }
        assert!(offer(CoverLevel::Cat4, true).courier(true).is_ok(), "with a visit");
    }
}
