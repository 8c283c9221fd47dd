//! Subjects of mails: which tickets they name, and what of them names a ticket.

use crate::text::visible_line;

/// Longest subject of a ticket.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Numbers in one subject that are looked at.
const NUMBERS_MAX: usize = 5;
/// What mail programs put before the subject of an answer, in the languages we have met.
const PREFIXES: [&str; 8] = ["re", "fw", "fwd", "aw", "wg", "sv", "antw", "tr"];

/// The tickets that a subject names as `T-2314`, with or without brackets and in any case; each once, 5 at most.
pub fn ticket_numbers(subject: &str) -> Vec<i64> {
    let chars: Vec<char> = subject.chars().take(1_000).collect();
    let mut found = Vec::new();
    for (index, pair) in chars.windows(2).enumerate() {
        let begins = index.checked_sub(1).and_then(|before| chars.get(before)).is_none_or(|c| !c.is_alphanumeric());
        if !begins || !matches!(pair, ['t' | 'T', '-']) {
            continue;
        }
        let digits: String = chars.iter().skip(index + 2).take_while(|c| c.is_ascii_digit()).collect();
        let next = chars.get(index + 2 + digits.len());
        let whole = next.is_none_or(|c| !c.is_alphanumeric());
        if let (true, Ok(number)) = (whole, digits.parse::<i64>())
            && 0 < number
            && !found.contains(&number)
            && found.len() < NUMBERS_MAX
        {
            found.push(number);
        }
    }
    found
}

/// A mail's subject as a ticket's: one line without `Re:` and without numbers of tickets in brackets.
pub fn clean_subject(subject: &str) -> String {
    let mut line = visible_line(subject);
    loop {
        let bare = without_number(without_prefix(&line)).trim().to_owned();
        if bare == line {
            break;
        }
        line = bare;
    }
    match line.is_empty() {
        true => "(no subject)".to_owned(),
        false => line.chars().take(SUBJECT_CHARS_MAX).collect(),
    }
}

fn without_prefix(line: &str) -> &str {
    match line.split_once(':') {
        Some((word, rest)) if PREFIXES.iter().any(|prefix| word.trim().eq_ignore_ascii_case(prefix)) => rest,
        _ => line,
    }
}

/// `[T-2314] ` at the beginning.
fn without_number(line: &str) -> &str {
    let inner = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match inner {
        Some((word, rest)) if ticket_numbers(word).len() == 1 && word.len() < 24 => rest,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_as_people_write_them() {
        for (subject, expected) in [
            ("[T-2314] SIP trunk is down", vec![2_314]),
            ("re: t-2314", vec![2_314]),
            ("AW: Fwd: (T-2314), and T-2315", vec![2_314, 2_315]),
            ("T-2314 T-2314", vec![2_314]),
            ("AT-2314, T-2314x, T-0, T-, T-99999999999999999999, 2314, F-1042", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(ticket_numbers(subject), expected, "{subject}");
        }
        let many: String = (1..100).map(|n| format!("T-{n} ")).collect();
        assert_eq!(ticket_numbers(&many).len(), NUMBERS_MAX);
    }

    #[test]
    fn a_subject_becomes_a_tickets() {
        for (subject, expected) in [
            ("Re: AW: [T-2314] Re: No dialling tone", "No dialling tone"),
            ("  No\r\n tone\u{202e} ", "No tone"),
            ("Re:", "(no subject)"),
            ("[urgent] phones: dead", "[urgent] phones: dead"),
        ] {
            assert_eq!(clean_subject(subject), expected, "{subject:?}");
        }
        assert_eq!(clean_subject(&"é".repeat(10_000)).chars().count(), SUBJECT_CHARS_MAX);
    }
}
