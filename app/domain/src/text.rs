//! Words that people type, parsed once at the border. Inside, the type carries the proof.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a typed text was refused. The message names the allowed values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("may have {chars_max} characters at most, this one has {chars}")]
    TooLong { chars: usize, chars_max: usize },
    #[error("must not contain control characters or line breaks")]
    Control,
    #[error("must be a host name (letters, digits, dots and hyphens) or an IP address, not {given:?}")]
    Address { given: String },
    #[error("must be a mail address such as name@example.com, not {given:?}")]
    Email { given: String },
    #[error("must be a short name of lower-case letters, digits and hyphens, 2 to 63 characters, not {given:?}")]
    Slug { given: String },
    #[error("must have {chars_min} characters at least, this one has {chars}")]
    TooShort { chars: usize, chars_min: usize },
}

/// Names of customers, sites, systems and people fit a board column.
pub const NAME_CHARS_MAX: usize = 80;
/// A note is a few sentences, not a document.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// RFC 1035 limits a name on the wire to 253 visible characters.
pub const ADDRESS_CHARS_MAX: usize = 253;
/// RFC 5321, 4.5.3.1.3: a path has 256 octets with its angle brackets.
pub const EMAIL_CHARS_MAX: usize = 254;
/// A password long enough to resist guessing (NIST SP 800-63B asks for 8; a desk with everybody's access asks for more).
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longer input is refused before it is hashed, so that nobody can keep the hasher busy.
pub const PASSWORD_CHARS_MAX: usize = 200;

/// Control characters, and invisible ones with which a name could pretend to be another.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `text` in one line: control characters, line breaks and characters that turn the direction of writing become
/// spaces, runs of spaces become one. Makes header injection and forged lines impossible.
pub fn visible_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "3 kB", "1.4 MB": a size as people read it, rounded up.
pub fn size_words(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => {
            let tenths = bytes.div_ceil(100_000);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

fn one_line(text: &str, chars_max: usize) -> Result<&str, TextError> {
    let text = text.trim();
    let chars = text.chars().count();
    match () {
        () if text.is_empty() => Err(TextError::Empty),
        () if chars_max < chars => Err(TextError::TooLong { chars, chars_max }),
        () if text.chars().any(char::is_control) => Err(TextError::Control),
        () => Ok(text),
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

texts! {
    /// The name of a customer, site, system, service or person: one line of 1 to 80 characters, trimmed.
    Name,
    /// The short technical name of a host, unique in the installation: `pbx-bath-1`.
    HostName,
    /// Where a host answers: a host name or an IP address, without port.
    Address,
    /// A mail address `local@domain`, its domain in lower case.
    EmailAddress,
    /// A note of at most 2,000 characters; line breaks allowed, other control characters not; may be empty.
    Note,
}

impl Name {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        one_line(text, NAME_CHARS_MAX).map(|text| Self(text.to_owned()))
    }
}

impl HostName {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = one_line(text, NAME_CHARS_MAX)?.to_lowercase();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.' || c == '_';
        let edges = |c: char| c.is_ascii_alphanumeric();
        let shaped = (2..=63).contains(&text.len())
            && text.chars().all(good)
            && text.starts_with(edges)
            && text.ends_with(edges);
        if shaped { Ok(Self(text)) } else { Err(TextError::Slug { given: text }) }
    }
}

impl Address {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = one_line(text, ADDRESS_CHARS_MAX)?;
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let shaped = bare.parse::<std::net::IpAddr>().is_ok() || is_dns_name(bare);
        if shaped { Ok(Self(bare.to_lowercase())) } else { Err(TextError::Address { given: text.to_owned() }) }
    }
}

/// Letters, digits, hyphens and underscores in labels of 1 to 63. All digits and dots is a mistyped IPv4 address.
fn is_dns_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split('.').all(label) && !text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::Email { given: text.chars().take(80).collect() };
        let line = one_line(text, EMAIL_CHARS_MAX)?;
        let (local, domain) = line.rsplit_once('@').ok_or_else(wrong)?;
        let local_ok = (1..=64).contains(&local.len())
            && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if local_ok && is_dns_name(domain) {
            Ok(Self(format!("{local}@{}", domain.to_lowercase())))
        } else {
            Err(wrong())
        }
    }

    /// The key under which an account or a rate limit is kept: compared without case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl Note {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim().replace("\r\n", "\n");
        let chars = text.chars().count();
        if NOTE_CHARS_MAX < chars {
            return Err(TextError::TooLong { chars, chars_max: NOTE_CHARS_MAX });
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(TextError::Control);
        }
        Ok(Self(text))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A new password as typed. Never stored, never shown, never serialised.
pub struct NewPassword(String);

impl NewPassword {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let chars = text.chars().count();
        match chars {
            0 => Err(TextError::Empty),
            1..PASSWORD_CHARS_MIN => Err(TextError::TooShort { chars, chars_min: PASSWORD_CHARS_MIN }),
            PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => Ok(Self(text.to_owned())),
            _ => Err(TextError::TooLong { chars, chars_max: PASSWORD_CHARS_MAX }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_names_or_ip_addresses() {
        for good in ["pbx.bath.example", "10.0.0.1", "::1", "[2001:db8::5]", "PBX-1", "host_1"] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "10.0.0", "256.1.1.1", "a b", "-a.example", "a..b", "http://x", "host:80", &"a".repeat(254)] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Address::parse(" [2001:DB8::5] ").unwrap().as_str(), "2001:db8::5");
    }

    #[test]
    fn mail_addresses_keep_their_local_part_and_lower_their_domain() {
        assert_eq!(EmailAddress::parse("Jo.Bell@Example.COM").unwrap().as_str(), "Jo.Bell@example.com");
        for bad in ["", "a", "a@", "@b", "a b@c", "a@b\nBcc: x@y", ".a@b", "a..b@c", "a@-b", "a@10.0.0.1", "a@b@c d"] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(Name::parse("  Bath office ").unwrap().as_str(), "Bath office");
        assert_eq!(Name::parse("  "), Err(TextError::Empty));
        assert_eq!(Name::parse("a\nb"), Err(TextError::Control));
        assert_eq!(Name::parse(&"x".repeat(81)), Err(TextError::TooLong { chars: 81, chars_max: 80 }));
    }

    #[test]
    fn host_names_are_short_and_lower_case() {
        assert_eq!(HostName::parse("PBX-Bath-1").unwrap().as_str(), "pbx-bath-1");
        for bad in ["x", "-pbx", "pbx bath", "pbx/1", "é1"] {
            assert!(HostName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_are_read_at_a_glance() {
        let words = [0, 999, 1_000, 1_001, 999_999, 1_000_000, 33_554_432].map(size_words);
        assert_eq!(words, ["0 bytes", "999 bytes", "1 kB", "2 kB", "1000 kB", "1.0 MB", "33.6 MB"]);
    }

    #[test]
    fn a_note_may_have_lines_but_no_other_control_characters() {
        assert_eq!(Note::parse(" a\r\nb ").unwrap().as_str(), "a\nb");
        assert!(Note::parse("").unwrap().is_empty());
        assert!(Note::parse("a\u{0}b").is_err());
    }

    #[test]
    fn a_parsed_text_survives_the_wire_and_a_bad_one_does_not() {
        let json = serde_json::to_string(&Name::parse("Bath").unwrap()).unwrap();
        assert_eq!(json, "\"Bath\"");
        assert!(serde_json::from_str::<Name>("\"\"").is_err());
    }
}
