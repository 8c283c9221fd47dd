//! HTML of strangers: made harmless for the frame of the staff page, or made into text.

use std::collections::{HashMap, HashSet};

use ammonia::Builder;

/// More is shown as text alone.
const HTML_BYTES_MAX: usize = 512 * 1024;
/// The parser looks up through all open tags for some of them, so their number is bounded.
const TAGS_MAX: usize = 8_000;

/// Tags that end a line.
const LINES: [&str; 14] = ["p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "hr"];

fn tags(html: &str) -> usize {
    html.bytes().filter(|byte| *byte == b'<').count()
}

/// Words, tables and emphasis: no script, style, form, picture, address or anything that is fetched. None: too much to
/// be looked at; show the text.
pub fn harmless(html: &str) -> Option<String> {
    if HTML_BYTES_MAX < html.len() || TAGS_MAX < tags(html) {
        return None;
    }
    let mut builder = Builder::default();
    builder
        .rm_tags(["img", "map", "area"])
        .tag_attributes(HashMap::new())
        .link_rel(None)
        .url_schemes(HashSet::new())
        .generic_attributes(HashSet::new())
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "svg", "math", "object", "noscript", "template",
        ]))
        .strip_comments(true);
    Some(builder.clean(html).to_string())
}

/// What may be looked at closely of all pages of one mail together.
#[derive(Debug)]
pub struct Budget {
    bytes: usize,
    tags: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: HTML_BYTES_MAX, tags: TAGS_MAX }
    }
}

impl Budget {
    /// The words of a page as text, a line for each block; quoted blocks begin with `>`. Of what is beyond the budget
    /// the words alone.
    pub fn to_text(&mut self, html: &str) -> String {
        let (bytes, tags) = (self.bytes.checked_sub(html.len()), self.tags.checked_sub(tags(html)));
        match (bytes, tags) {
            (Some(bytes), Some(tags)) => {
                (self.bytes, self.tags) = (bytes, tags);
                to_text(html)
            }
            _ => unescaped(&bare(html)),
        }
    }
}

fn to_text(html: &str) -> String {
    let mut builder = Builder::empty();
    builder
        .tags(LINES.into_iter().chain(["blockquote", "td"]).collect())
        .clean_content_tags(HashSet::from(["script", "style", "title", "svg", "math", "noscript", "template"]));
    lines(&builder.clean(html).to_string())
}

/// From what the cleaner writes, which is well formed: known tags without attributes, everything else escaped.
fn lines(clean: &str) -> String {
    let mut out = String::with_capacity(clean.len());
    let (mut depth, mut fresh) = (0_usize, true);
    let mut rest = clean;
    loop {
        let (words, tag) = match rest.split_once('<') {
            Some((words, behind)) => (words, behind.split_once('>')),
            None => (rest, None),
        };
        for word in unescaped(words).split_whitespace() {
            if fresh {
                (0..depth.min(5)).for_each(|_| out.push('>'));
            }
            if !fresh || 0 < depth {
                out.push(' ');
            }
            out.push_str(word);
            fresh = false;
        }
        let Some((tag, behind)) = tag else { return out };
        match tag {
            "blockquote" => depth += 1,
            "/blockquote" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if tag != "td" && tag != "/td" && (!fresh || tag == "br") {
            // A paragraph ends with an empty line.
            out.push_str(if tag == "/p" { "\n\n" } else { "\n" });
            fresh = true;
        }
        rest = behind;
    }
}

/// Without everything between angle brackets: crude, linear, and only ever shown as text.
fn bare(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match (inside, c) {
            (_, '<') => inside = true,
            (true, '>') => {
                inside = false;
                out.push(' ');
            }
            (true, _) => {}
            (false, c) => out.push(c),
        }
    }
    out
}

/// The entities that the cleaner leaves.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_or_is_fetched_is_left() {
        const PAYLOADS: &[&str] = &[
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<img src=https://evil.example/pixel.gif>",
            "<svg onload=alert(1)><script>alert(1)</script></svg>",
            "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<iframe src=javascript:alert(1)></iframe>",
            "<iframe srcdoc='<script>alert(1)</script>'>",
            "<a href=javascript:alert(1)>x</a>",
            "<a href='&#106;avascript:alert(1)'>x</a>",
            "<a href=https://evil.example>x</a>",
            "<body onload=alert(1)>",
            "<input autofocus onfocus=alert(1)>",
            "<form action=https://evil.example><button>go</button></form>",
            "<style>@import 'https://evil.example/x.css'; body{background:url(//evil.example)}</style>",
            "<div style='background:url(https://evil.example)'>x</div>",
            "<link rel=stylesheet href=https://evil.example>",
            "<meta http-equiv=refresh content='0;url=https://evil.example'>",
            "<base href=https://evil.example>",
            "<object data=https://evil.example></object><embed src=https://evil.example>",
            "<video src=https://evil.example><source onerror=alert(1)></video>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<template><img src=x onerror=alert(1)></template>",
            "<scr<script>ipt>alert(1)</scr</script>ipt>",
            "<p/onmouseover=alert(1)>x",
            "<!--[if IE]><script>alert(1)</script><![endif]-->",
            "<table background=https://evil.example><tr><td>x",
            "<details open ontoggle=alert(1)>x",
            "\u{0}<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
            "<select><noembed></select><script x='a@b'a>alert(1)</script></noembed>",
            "<q cite=javascript:alert(1)>x</q>",
        ];
        for payload in PAYLOADS {
            let clean = harmless(payload).unwrap().to_ascii_lowercase();
            let tags: String =
                clean.split('<').skip(1).filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag).collect();
            for word in
                ["script", "onerror", "onload", "href", "src", "style", "javascript", "evil", "svg", "iframe", "form"]
            {
                assert!(!tags.contains(word), "{payload} became {clean}");
            }
            assert!(!tags.contains('='), "no attribute at all: {payload} became {clean}");
        }
    }

    #[test]
    fn words_and_tables_stay() {
        let clean = harmless("<p>Hello <b>world</b></p><table><tr><td>1</td></tr></table>").unwrap();
        for part in ["<b>world</b>", "<td>1</td>"] {
            assert!(clean.contains(part), "{clean}");
        }
    }

    #[test]
    fn a_page_becomes_lines() {
        let text = to_text(
            "<style>x{}</style><p>It&nbsp;works &lt;now&gt;.</p><div>a<br>b</div><blockquote>old<br>older</blockquote>",
        );
        assert_eq!(text.trim(), "It works <now>.\n\na\nb\n> old\n> older");
        assert_eq!(to_text("<table><tr><td>a</td><td>b</td></tr></table>").trim(), "a b");
    }

    #[test]
    fn many_pages_share_one_budget() {
        let page = "<p>a</p>".repeat(TAGS_MAX / 4);
        let mut budget = Budget::default();
        assert!(budget.to_text(&page).contains("a\n\na"), "a line for each block");
        assert!(budget.to_text(&page).contains("a\n\na"));
        assert!(budget.to_text(&page).contains("a  a"), "words alone: {:.40}", budget.to_text(&page));
    }

    /// What costs the cleaner most is within the bounds on bytes and tags, and comes to its end.
    #[test]
    fn the_deepest_and_largest_pages_are_read_to_their_end() {
        for (html, cleaned) in [
            ("<div>".repeat(TAGS_MAX / 2) + &"<p>".repeat(TAGS_MAX / 2), true),
            ("<b>".repeat(TAGS_MAX - 1), true),
            ("<table>".repeat(TAGS_MAX - 1), true),
            ("<a><b>".repeat(TAGS_MAX / 2), true),
            ("<div>".repeat(TAGS_MAX + 1), false),
            ("x".repeat(HTML_BYTES_MAX + 1), false),
        ] {
            assert_eq!(harmless(&html).is_some(), cleaned, "{html:.20}");
            assert!(Budget::default().to_text(&html).len() <= html.len(), "{html:.20}");
        }
    }
}
