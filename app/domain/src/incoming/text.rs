//! What of a mail's text is shown on a ticket. The whole is kept with the mail.

use crate::text::is_hidden;

/// Longest text of one mail on a ticket's page.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Lines that are looked at; more is not read on a page.
const LINES_MAX: usize = 2_000;
/// Said where a text was cut.
const CUT: &str = "[The rest is in the mail itself.]";
/// Said where an earlier mail was left out.
const LEFT_OUT: &str = "[Quoted text left out]";

/// A mail's text as a ticket shows it: what the sender wrote now, without control and direction characters, with empty
/// lines folded, and cut at [`TEXT_CHARS_MAX`].
pub fn shown_text(text: &str) -> String {
    let whole = text.lines().nth(LINES_MAX).is_none();
    let shown = tidy(without_quotes(text).as_str());
    // Somebody who writes below the quote, or only quotes, is shown whole rather than not at all.
    let shown = if shown.is_empty() { tidy(text) } else { shown };
    if whole && shown.chars().nth(TEXT_CHARS_MAX).is_none() {
        return shown;
    }
    let kept: String = shown.chars().take(TEXT_CHARS_MAX).collect();
    format!("{}\n\n{CUT}", kept.trim_end())
}

/// A mail's text as staff read it on its own page: quotes and all, without control and direction characters.
pub fn whole_text(text: &str) -> String {
    let shown = tidy(text);
    shown.chars().take(TEXT_CHARS_MAX).collect()
}

fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * TEXT_CHARS_MAX));
    let mut empty = 0;
    for line in text.lines() {
        let line: String = line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
        // Twice what can be shown is enough to see that it is too long.
        if 8 * TEXT_CHARS_MAX < out.len() {
            break;
        }
    }
    out.trim().to_owned()
}

/// The text above the quoted mail it answers. What only looks like one by its head is said to be left out: somebody may
/// have drawn that line and gone on writing.
fn without_quotes(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let found = (0..lines.len()).find_map(|at| begins_quote(&lines, at).map(|quote| (at, quote)));
    let kept = |end: usize| lines.iter().take(end).copied().collect::<Vec<_>>().join("\n");
    match found {
        None => kept(lines.len()),
        Some((at, Quote::Marked)) => kept(at),
        Some((at, Quote::Headed)) if kept(at).trim().is_empty() => String::new(),
        Some((at, Quote::Headed)) => format!("{}\n\n{LEFT_OUT}", kept(at).trim_end()),
    }
}

/// How an earlier mail is told from what was written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    /// Each line of it begins with `>`.
    Marked,
    /// Only its head says so.
    Headed,
}

/// How a mail program names the sender of what it quotes, in the languages we have met.
const SENDERS: [&str; 6] = ["From:", "Von:", "De:", "Van:", "Da:", "Från:"];

/// Whether everything from this line on is the mail that was answered.
fn begins_quote(lines: &[&str], at: usize) -> Option<Quote> {
    let line = |at: usize| lines.get(at).map(|line| line.trim()).unwrap_or_default();
    let here = line(at);
    let ruler = here.starts_with("-----") || here.starts_with("________________________________");
    if ruler {
        let mut next = lines.iter().skip(at + 1).map(|line| line.trim()).filter(|line| !line.is_empty());
        let headed =
            next.next().is_some_and(|line| SENDERS.iter().any(|word| line.trim_matches('*').starts_with(word)));
        return headed.then_some(Quote::Headed);
    }
    // "On Tue, 24 Nov 2026, Faultdesk wrote:", perhaps over two lines, and then quoted lines to the end.
    let quoted = match () {
        () if here.starts_with('>') => at,
        () if here.starts_with("On ") && here.ends_with("wrote:") => at + 1,
        () if here.starts_with("On ") && line(at + 1).ends_with("wrote:") => at + 2,
        () => return None,
    };
    let mut rest = lines.iter().skip(quoted).map(|line| line.trim()).filter(|line| !line.is_empty()).peekable();
    (rest.peek().is_some() && rest.all(|line| line.starts_with('>'))).then_some(Quote::Marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quoted_mail_is_left_out() {
        for (text, expected) in [
            ("It works.\n\nOn Tue, Faultdesk wrote:\n> Does it?\n> Yes\n", "It works."),
            ("It works.\n\nOn Tue 24 Nov 2026 at 16:05,\nFaultdesk <a@b> wrote:\n> Does it?\n", "It works."),
            ("It works.\n-----Original Message-----\nFrom: x", "It works.\n\n[Quoted text left out]"),
            ("Ja.\n________________________________\n*Von:* x\nhello", "Ja.\n\n[Quoted text left out]"),
            ("-----Original Message-----\nFrom: x\nforwarded", "-----Original Message-----\nFrom: x\nforwarded"),
            ("Port 1\n------------\ndead\n------------\nPort 2", "Port 1\n------------\ndead\n------------\nPort 2"),
            ("________________________________\nno head", "________________________________\nno head"),
            ("Yes.\n> Does it?\n>\n", "Yes."),
            ("> Does it?\nYes, below.\n", "> Does it?\nYes, below."),
            ("> only\n> quotes", "> only\n> quotes"),
            ("On Monday Jim wrote:\nhello\nthere", "On Monday Jim wrote:\nhello\nthere"),
            ("", ""),
        ] {
            assert_eq!(shown_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_bounded_and_holds_nothing_hidden() {
        assert_eq!(shown_text("a\0\u{202e}b\n\n\n\n\nc\u{7}"), "ab\n\nc");
        let long = shown_text(&"x".repeat(10_000_000));
        assert!(long.ends_with(CUT) && long.chars().count() < TEXT_CHARS_MAX + 100);
    }
}
