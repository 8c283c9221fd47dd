//! The stored words and the words on screens of a contract's parts.

use super::{AccessMode, AccessPath, Cat4Response, ContractKind, EquipmentClass, Supply};

macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal, $label:literal;)+ })+) => {$(
        impl $type {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The stored and scripted word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The word on screens.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == text)
            }
        }
    )+};
}

words! {
    ContractKind {
        Paid = "paid", "Paid";
        IncludedMonth = "included_month", "Included month";
    }
    Cat4Response {
        AsCat1 = "as_cat1", "As on Cat1: 8 working hours";
        AsCat2 = "as_cat2", "At least as on Cat2: 4 hours of its cover";
    }
    AccessMode {
        Standing = "standing", "Standing";
        OnRequest = "on_request", "On request";
    }
    AccessPath {
        Ssh = "ssh", "SSH";
        Http = "http", "Web";
        Mitel = "mitel", "Mitel";
        Other = "other", "Other";
    }
    EquipmentClass {
        PhoneSystem = "phone_system", "Phone systems";
        Server = "server", "Server hardware";
        Handset = "handset", "Handsets";
        Network = "network", "Routers and switches";
        Adaptor = "adaptor", "Adaptors";
        Other = "other", "Other equipment";
    }
    Supply {
        ByUsRecognised = "by_us_recognised", "From us, by a recognised supplier";
        ByUs = "by_us", "From us";
        ByOthers = "by_others", "From somebody else";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        assert!(AccessPath::ALL.into_iter().all(|one| AccessPath::parse(one.as_str()) == Some(one)));
        assert!(EquipmentClass::ALL.into_iter().all(|one| EquipmentClass::parse(one.as_str()) == Some(one)));
        assert_eq!(Supply::parse("stolen"), None);
    }
}
