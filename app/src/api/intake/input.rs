//! What is typed into the forms of a new ticket and of a call: the same words in a form, in an address and on the wire.

use serde::{Deserialize, Serialize};

use crate::components::page::query_value;

macro_rules! form {
    ($(#[$doc:meta])* $name:ident at $path:literal { $($(#[$field_doc:meta])* $field:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$field_doc])* pub $field: String),+ }

        impl $name {
            /// What an address holds, by the names of the form's fields. None: it holds no form.
            pub fn from_address(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
                let mut found = false;
                let mut field = |name: &str| {
                    let text = get(&format!("input[{name}]"));
                    found = found || text.is_some();
                    text.unwrap_or_default()
                };
                let input = Self { $($field: field(stringify!($field))),+ };
                found.then_some(input)
            }

            /// The address of the form with everything that was typed; `check` to hear what is wrong with it.
            pub fn address(&self, check: bool) -> String {
                let all = [$((stringify!($field), &self.$field)),+];
                let pairs = all.into_iter().filter(|(_, text)| !text.is_empty());
                let mut pairs: Vec<_> =
                    pairs.map(|(name, text)| format!("input%5B{name}%5D={}", query_value(text))).collect();
                if check {
                    pairs.push("check=yes".to_owned());
                }
                format!("{}?{}", $path, pairs.join("&"))
            }
        }
    };
}

form! {
    /// What is typed into the form of a new ticket. Customers' forms leave out what only staff choose.
    NewTicketInput at "/tickets/new" {
        /// Staff: the customer's id.
        customer,
        /// Staff: the id of the contact who brings it; empty: somebody else.
        contact,
        /// `host:<id>`, `piece:<id>`, or empty for nothing in particular.
        system,
        /// In a few words.
        subject,
        /// What happens, and since when.
        text,
        /// Customers: the word of an [`domain::intake::Impact`].
        impact,
        /// Where they are called back.
        phone,
        /// `yes`: we may use the access that we have.
        access,
        /// Staff: `phone`, `mail` or `staff`.
        channel,
        /// Staff: the word of a [`domain::intake::CallKind`], of what came by phone.
        call,
        /// Staff: when it came, in the customer's zone; empty: now.
        at,
        /// Staff: the word of a [`domain::ticket::TicketKind`].
        kind,
        /// Staff: the word of a [`domain::ticket::Priority`].
        priority,
        /// Staff: the word of a [`domain::ticket::Queue`].
        queue,
        /// Staff: an account's id, `me`, or empty.
        assignee,
        /// Made with the form: the same one opens one ticket.
        key,
    }
}

form! {
    /// What is typed about a call.
    CallLogInput at "/calls/new" {
        number,
        /// Chosen where the number tells none.
        customer,
        /// The number of the open ticket that it goes on with.
        ticket,
        /// Who spoke.
        who,
        /// The word of a [`domain::intake::CallKind`].
        call,
        /// In the customer's zone, `2026-11-24T16:05`.
        at,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_survives_the_address() {
        let typed = NewTicketInput {
            subject: "Two handsets & a fax: 100 %".to_owned(),
            text: "a\nb=c é".to_owned(),
            ..NewTicketInput::default()
        };
        let address = typed.address(true);
        let query = address.strip_prefix("/tickets/new?").unwrap();
        let query = url_decoded(query);
        let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, text)| text.clone());
        assert_eq!(NewTicketInput::from_address(get), Some(typed));
        assert_eq!(get("check").as_deref(), Some("yes"));
        assert_eq!(CallLogInput::from_address(|_| None), None);
    }

    fn url_decoded(query: &str) -> Vec<(String, String)> {
        let plain = |text: &str| {
            let mut bytes = Vec::new();
            let mut rest = text.bytes();
            while let Some(byte) = rest.next() {
                let hex = |byte: Option<u8>| char::from(byte.unwrap()).to_digit(16).unwrap() as u8;
                bytes.push(if byte == b'%' { hex(rest.next()) * 16 + hex(rest.next()) } else { byte });
            }
            String::from_utf8(bytes).unwrap()
        };
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, text)| (plain(key), plain(text))).collect()
    }
}
