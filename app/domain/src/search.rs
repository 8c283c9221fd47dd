//! What a search looks for: words, and numbers as people write them down. The same words are stored and asked for, so no
//! database has a syntax of its own that a person could break.

use std::collections::BTreeSet;

/// A longer word is cut: nobody types so much of one.
const WORD_CHARS_MAX: usize = 40;
/// Words of one query; those after them are left out.
pub const TERMS_MAX: usize = 8;
/// Characters of a query that are read.
const QUERY_CHARS_MAX: usize = 200;
/// Different words kept of one text.
const WORDS_MAX: usize = 4_000;
/// Digits of a telephone number; fewer are an extension or a year.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 9..=15;

/// The different words of a text in lower case: letters and digits only, telephone numbers also as one word.
pub fn words(text: &str) -> BTreeSet<String> {
    let plain = split(text).take(WORDS_MAX);
    plain.chain(phones(text)).collect()
}

/// What a query asks for: all of these, each as the beginning of a word. Empty: nothing can be found.
pub fn terms(query: &str) -> Vec<String> {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    if let Some(phone) = phone(&query) {
        return vec![phone];
    }
    let mut terms: Vec<String> = Vec::new();
    for word in split(&query) {
        if !terms.contains(&word) && terms.len() < TERMS_MAX {
            terms.push(word);
        }
    }
    terms
}

/// The digits of a text that is a telephone number and nothing else: `+44 (0)1632 960184` is `01632960184`.
pub fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let shaped = text.chars().all(|c| c.is_ascii_digit() || is_between_digits(c) || c == '+');
    if !shaped || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits: String = text.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    let national = match () {
        () if text.starts_with('+') && digits.starts_with("44") => format!("0{}", digits.get(2..).unwrap_or_default()),
        () if digits.starts_with("0044") => format!("0{}", digits.get(4..).unwrap_or_default()),
        () => digits,
    };
    PHONE_DIGITS.contains(&national.len()).then_some(national)
}

fn is_between_digits(c: char) -> bool {
    matches!(c, ' ' | '-' | '(' | ')' | '/')
}

fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let lower = word.to_lowercase();
        // Lower case of a few letters brings marks along that are no letters.
        lower.chars().filter(|c| c.is_alphanumeric()).take(WORD_CHARS_MAX).collect()
    })
}

/// Telephone numbers inside a text.
fn phones(text: &str) -> impl Iterator<Item = String> + '_ {
    let outside = |c: char| !(c.is_ascii_digit() || is_between_digits(c) || c == '+');
    text.split(outside).filter_map(phone)
}

/// The part of `text` around the first of `terms`, in one line of `chars_max` characters at most; None: none is in it.
pub fn excerpt(text: &str, terms: &[String], chars_max: usize) -> Option<String> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let starts = |at: usize| flat.get(..at).is_none_or(|before| !before.ends_with(char::is_alphanumeric));
    let begins = |at: usize| {
        let rest = flat.get(at..)?;
        let word = split(rest).next().filter(|_| starts(at) && rest.starts_with(char::is_alphanumeric))?;
        terms.iter().any(|term| word.starts_with(term.as_str())).then_some(at)
    };
    let found = flat.char_indices().find_map(|(at, _)| begins(at))?;
    let before = flat.get(..found)?.chars().count();
    let skipped = before.saturating_sub(chars_max / 3);
    let cut: String = flat.chars().skip(skipped).take(chars_max).collect();
    let head = if 0 < skipped { "\u{2026}" } else { "" };
    let tail = if skipped + chars_max < flat.chars().count() { "\u{2026}" } else { "" };
    Some(format!("{head}{cut}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &[&str]) {
        assert_eq!(terms(query), expected, "{query:?}");
    }

    #[test]
    fn a_query_is_words_whatever_else_is_typed() {
        check("Night bell", &["night", "bell"]);
        check("\"night\" AND (bell* OR -ring) NEAR/2 x:y", &["night", "and", "bell", "or", "ring", "near", "2", "x"]);
        check("a\0b\u{1}c'; DROP TABLE--", &["a", "b", "c", "drop", "table"]);
        check("kch-rtr-frome", &["kch", "rtr", "frome"]);
        check("FD-A20-00418", &["fd", "a20", "00418"]);
        check(" *():\\'\" ", &[]);
        check("", &[]);
        assert!(terms(&"x y z ".repeat(4_000)).len() <= TERMS_MAX);
        assert_eq!(terms(&"x".repeat(10_000))[0].chars().count(), WORD_CHARS_MAX);
    }

    #[test]
    fn a_telephone_number_is_found_however_it_is_written() {
        for query in ["01632 960184", "01632-960-184", "+44 1632 960184", "+44 (0)1632 960184", "0044 1632 960184"] {
            check(query, &["01632960184"]);
        }
        let kept = words("Please ring Jo on 01632 960 184, or ext. 204.");
        assert!(kept.contains("01632960184") && kept.contains("204") && kept.contains("ring"), "{kept:?}");
        check("2314", &["2314"]);
        check("192.168.100.200", &["192", "168", "100", "200"]);
    }

    #[test]
    fn an_excerpt_shows_what_matched() {
        let text = "Since this morning no voicemail reaches our mailbox.\nCalls are fine.";
        let words = |query: &str| excerpt(text, &terms(query), 30);
        assert_eq!(words("mailb").as_deref(), Some("\u{2026}aches our mailbox. Calls are f\u{2026}"));
        assert_eq!(words("since").as_deref(), Some("Since this morning no voicemai\u{2026}"));
        assert_eq!(words("box"), None, "only beginnings of words");
        assert_eq!(
            excerpt("Caf\u{e9} \u{130}stanbul", &terms("\u{130}stanbul"), 30).as_deref(),
            Some("Caf\u{e9} \u{130}stanbul")
        );
    }
}
