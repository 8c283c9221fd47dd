//! Content lines: folding, names, parameters, escapes. Source: RFC 5545, sections 3.1 and 3.3.11.

/// Octets of a line without its break, the space of a continuation included.
const OCTETS_MAX: usize = 75;

/// A line as it was before folding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfolded {
    /// Of the file, counted from 1: where it begins.
    pub(super) number: usize,
    pub(super) octets: Vec<u8>,
}

/// One property: `DTSTART;VALUE=DATE:20261225`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property<'a> {
    /// In capitals.
    pub(super) name: String,
    pub(super) params: Vec<(String, &'a str)>,
    pub(super) value: &'a str,
}

impl Property<'_> {
    /// The value of the parameter `name`, which is in capitals.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(one, _)| one == name).map(|(_, value)| *value)
    }
}

/// Lines joined again, empty ones left out. Folding may split a character, so this works on octets.
pub(super) fn unfold(text: &[u8]) -> Vec<Unfolded> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut lines: Vec<Unfolded> = Vec::new();
    for (place, line) in text.split(|octet| *octet == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.split_first(), lines.last_mut()) {
            (None, _) => {}
            (Some((b' ' | b'\t', rest)), Some(last)) => last.octets.extend_from_slice(rest),
            (Some(_), _) => lines.push(Unfolded { number: place + 1, octets: line.to_owned() }),
        }
    }
    lines
}

/// `line` in pieces of 75 octets at most, each but the first after a break and a space; no character is split.
pub(super) fn fold(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / OCTETS_MAX * 3);
    let mut octets = 0;
    for character in line.chars() {
        if OCTETS_MAX < octets + character.len_utf8() {
            folded.push_str("\r\n ");
            octets = 1;
        }
        folded.push(character);
        octets += character.len_utf8();
    }
    folded
}

/// The parts of a line; None if it is no property. A colon or semicolon inside quotes separates nothing.
pub(super) fn property(line: &str) -> Option<Property<'_>> {
    let mut quoted = false;
    let outside = |character: char, wanted: char, quoted: &mut bool| {
        *quoted ^= character == '"';
        !*quoted && character == wanted
    };
    let colon = line.find(|character| outside(character, ':', &mut quoted))?;
    let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    quoted = false;
    let mut parts = head.split(|character| outside(character, ';', &mut quoted));
    let name = parts.next().filter(|name| is_name(name))?.to_ascii_uppercase();
    let param = |part: &'_ str| part.split_once('=').filter(|(name, _)| is_name(name)).is_some();
    let params: Vec<&str> = parts.collect();
    if !params.iter().all(|part| param(part)) {
        return None;
    }
    let params = params.into_iter().filter_map(|part| part.split_once('='));
    let params = params.map(|(name, value)| (name.to_ascii_uppercase(), value.trim_matches('"'))).collect();
    Some(Property { name, params, value })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

/// Text as it is written in a value. Control characters other than line breaks have no place in it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as it is meant.
pub(super) fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next().map(|escaped| match escaped {
                'n' | 'N' => '\n',
                other => other,
            })),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, name: &str, params: &[(&str, &str)], value: &str) {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        assert_eq!(property(line), Some(Property { name: name.to_owned(), params, value }), "{line}");
    }

    #[test]
    fn a_line_has_a_name_parameters_and_a_value() {
        check("BEGIN:VEVENT", "BEGIN", &[], "VEVENT");
        check("dtstart;value=DATE:20261225", "DTSTART", &[("VALUE", "DATE")], "20261225");
        check("SUMMARY;LANGUAGE=en-GB:At 9:00; then home", "SUMMARY", &[("LANGUAGE", "en-GB")], "At 9:00; then home");
        check("X-A;B=\"c:d;e\";F=g:h", "X-A", &[("B", "c:d;e"), ("F", "g")], "h");
        check("UID:", "UID", &[], "");
        for bad in ["", "BEGIN", ":x", "A B:c", "A;B:c", "A;\"B=c:d"] {
            assert_eq!(property(bad), None, "{bad}");
        }
    }

    #[test]
    fn lines_are_joined_and_keep_the_number_of_their_first() {
        let lines = unfold(b"\xEF\xBB\xBFA:one\r\n\r\nB:two \r\n  and\r\n\tthree\nC:four");
        let found: Vec<_> =
            lines.iter().map(|line| (line.number, std::str::from_utf8(&line.octets).unwrap())).collect();
        assert_eq!(found, [(1, "A:one"), (3, "B:two  andthree"), (6, "C:four")]);
    }

    #[test]
    fn a_character_split_by_folding_is_whole_again() {
        let lines = unfold(b"SUMMARY:No\xC3\r\n \xABl");
        assert_eq!(lines[0].octets, "SUMMARY:Noël".as_bytes());
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(escape("a;b,c\\d\r\ne\tf"), "a\\;b\\,c\\\\d\\ne f");
        assert_eq!(unescape("a\\;b\\,c\\\\d\\ne\\Nf\\"), "a;b,c\\d\ne\nf");
    }

    proptest! {
        #[test]
        fn folding_keeps_to_75_octets_and_can_be_undone(line in "[A-Z]{1,5}:[a-z é€𝄞,;]{0,300}") {
            let folded = fold(&line);
            prop_assert!(folded.split("\r\n").all(|piece| piece.len() <= OCTETS_MAX));
            let lines = unfold(folded.as_bytes());
            prop_assert_eq!(&lines[0].octets, line.as_bytes());
        }

        #[test]
        fn escaping_can_be_undone(text in "[a-z\\\\;,\n é]{0,80}") {
            prop_assert_eq!(unescape(&escape(&text)), text);
        }
    }
}
