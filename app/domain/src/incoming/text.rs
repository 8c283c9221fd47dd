//! What of a mail's text is shown on a ticket. The whole is kept with the mail.

use crate::text::is_hidden;

/// Longest text of one mail on a ticket's page.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Lines that are looked at; more is not read on a page.
const LINES_MAX: usize = 2_000;
/// Said where a text was cut.
const CUT: &str = "[The rest is in the mail itself.]";

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

/// The text above the quoted mail it answers.
fn without_quotes(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let cut = (0..lines.len()).find(|at| begins_quote(&lines, *at)).unwrap_or(lines.len());
    lines.iter().take(cut).copied().collect::<Vec<_>>().join("\n")
}

/// Whether everything from this line on is the mail that was answered.
fn begins_quote(lines: &[&str], at: usize) -> bool {
    let line = |at: usize| lines.get(at).map(|line| line.trim()).unwrap_or_default();
    let here = line(at);
    if here.starts_with("-----Original Message") || here.starts_with("________________________________") {
        return true;
    }
    // "On Tue, 24 Nov 2026, Faultdesk wrote:", perhaps over two lines, and then quoted lines to the end.
    let quoted = match () {
        () if here.starts_with('>') => at,
        () if here.starts_with("On ") && here.ends_with("wrote:") => at + 1,
        () if here.starts_with("On ") && line(at + 1).ends_with("wrote:") => at + 2,
        () => return false,
    };
    let mut rest = lines.iter().skip(quoted).map(|line| line.trim()).filter(|line| !line.is_empty()).peekable();
    rest.peek().is_some() && rest.all(|line| line.starts_with('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quoted_mail_is_left_out() {
        for (text, expected) in [
            ("It works.\n\nOn Tue, Faultdesk wrote:\n> Does it?\n> Yes\n", "It works."),
            ("It works.\n\nOn Tue 24 Nov 2026 at 16:05,\nFaultdesk <a@b> wrote:\n> Does it?\n", "It works."),
            ("It works.\n-----Original Message-----\nFrom: x", "It works."),
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
