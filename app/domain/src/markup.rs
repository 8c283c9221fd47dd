//! A little markup for knowledge notes: headings, lists, bold, code and links to the web. Everything else is plain text,
//! so nothing that somebody types becomes a script: pages draw these parts, they never print HTML that was typed.

use serde::{Deserialize, Serialize};

/// A part of a note, one under the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Heading(Vec<Inline>),
    /// Lines that belong together.
    Paragraph(Vec<Vec<Inline>>),
    List {
        numbered: bool,
        items: Vec<Vec<Inline>>,
    },
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    Text(String),
    Bold(String),
    Code(String),
    /// `address` is of the web: `https://…`, `http://…`, or a path of ours.
    Link {
        words: String,
        address: String,
    },
}

/// Reads a whole note. Never fails: what is no markup is text.
pub fn read(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fresh = true;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            fresh = true;
            continue;
        }
        let heading = line.strip_prefix("## ").or_else(|| line.strip_prefix("# "));
        let bullet = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        let number = numbered(line);
        match (heading, bullet.map(|item| (false, item)).or(number.map(|item| (true, item)))) {
            (Some(words), _) => blocks.push(Block::Heading(inline(words))),
            (None, Some((numbered, item))) => match blocks.last_mut() {
                Some(Block::List { numbered: kind, items }) if *kind == numbered && !fresh => items.push(inline(item)),
                _ => blocks.push(Block::List { numbered, items: vec![inline(item)] }),
            },
            (None, None) => match blocks.last_mut() {
                Some(Block::Paragraph(lines)) if !fresh => lines.push(inline(line)),
                _ => blocks.push(Block::Paragraph(vec![inline(line)])),
            },
        }
        fresh = false;
    }
    blocks
}

/// What stands behind `1. `.
fn numbered(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    (!number.is_empty() && number.len() <= 3 && number.chars().all(|sign| sign.is_ascii_digit())).then_some(rest)
}

fn inline(line: &str) -> Vec<Inline> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        let marked = between(rest, "**", "**")
            .map(|(words, after)| (Inline::Bold(words.to_owned()), after))
            .or_else(|| between(rest, "`", "`").map(|(words, after)| (Inline::Code(words.to_owned()), after)))
            .or_else(|| link(rest));
        match marked {
            Some((part, after)) => {
                if !plain.is_empty() {
                    parts.push(Inline::Text(std::mem::take(&mut plain)));
                }
                parts.push(part);
                rest = after;
            }
            None => {
                let mut signs = rest.chars();
                plain.extend(signs.next());
                rest = signs.as_str();
            }
        }
    }
    if !plain.is_empty() {
        parts.push(Inline::Text(plain));
    }
    parts
}

/// The words between two marks at the beginning of `text`, and what follows them.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str)> {
    let (words, after) = text.strip_prefix(open)?.split_once(close)?;
    (!words.trim().is_empty()).then_some((words, after))
}

fn link(text: &str) -> Option<(Inline, &str)> {
    let (words, after) = between(text, "[", "]")?;
    let (address, after) = between(after, "(", ")")?;
    let own = address.starts_with('/') && !address.starts_with("//");
    let web = address.starts_with("https://") || address.starts_with("http://");
    let plain = !address.contains(|sign: char| sign.is_whitespace() || sign.is_control() || "\"'<>\\".contains(sign));
    ((own || web) && plain).then(|| (Inline::Link { words: words.to_owned(), address: address.to_owned() }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Inline {
        Inline::Text(words.to_owned())
    }

    #[test]
    fn headings_lists_and_paragraphs_stand_under_each_other() {
        let blocks = read("# Divert\n\nFirst line\nsecond line\n\n- one\n- two\n1. first\n2. second\n\nEnd");
        let expected = [
            Block::Heading(vec![text("Divert")]),
            Block::Paragraph(vec![vec![text("First line")], vec![text("second line")]]),
            Block::List { numbered: false, items: vec![vec![text("one")], vec![text("two")]] },
            Block::List { numbered: true, items: vec![vec![text("first")], vec![text("second")]] },
            Block::Paragraph(vec![vec![text("End")]]),
        ];
        assert_eq!(blocks, expected);
        assert_eq!(read(" \n \n"), []);
    }

    #[test]
    fn a_line_has_bold_code_and_links() {
        let line = inline("Press **Divert**, then `*21*` as in [the guide](https://example.com/a?b=1).");
        let expected = [
            text("Press "),
            Inline::Bold("Divert".to_owned()),
            text(", then "),
            Inline::Code("*21*".to_owned()),
            text(" as in "),
            Inline::Link { words: "the guide".to_owned(), address: "https://example.com/a?b=1".to_owned() },
            text("."),
        ];
        assert_eq!(line, expected);
    }

    #[test]
    fn what_could_do_harm_stays_text() {
        for evil in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](//evil.example)",
            "[x](data:text/html,hi)",
            "[x](https://a\" onclick=\"b)",
            "**open",
            "2026. ",
        ] {
            let read = read(evil);
            let plain = |part: &Inline| matches!(part, Inline::Text(_));
            let all = match read.first() {
                Some(Block::Paragraph(lines)) => lines.iter().flatten().all(plain),
                _ => false,
            };
            assert!(all, "{evil}: {read:?}");
        }
    }
}
