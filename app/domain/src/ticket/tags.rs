//! Tags: short words in one spelling, so that tickets are found together.

/// More say nothing.
pub const TAGS_MAX: usize = 10;
/// A tag is a word, not a sentence.
pub const TAG_CHARS_MAX: usize = 24;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagsError {
    #[error("may have {TAGS_MAX} tags at most, these are {count}")]
    TooMany { count: usize },
    #[error("a tag may have {TAG_CHARS_MAX} characters at most: {tag:?} has {chars}")]
    TooLong { tag: String, chars: usize },
    #[error("a tag is made of letters, digits and hyphens, not {tag:?}")]
    Shape { tag: String },
}

/// The tags in "Fax, SIP  trunk,fax": lower case, each once, in the order of the alphabet. Commas and spaces part them.
pub fn parse_tags(text: &str) -> Result<Vec<String>, TagsError> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).map(|word| word.trim_matches('-').to_lowercase());
    let mut tags: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    tags.sort_unstable();
    tags.dedup();
    for tag in &tags {
        let chars = tag.chars().count();
        if TAG_CHARS_MAX < chars {
            return Err(TagsError::TooLong { tag: tag.clone(), chars });
        }
        if !tag.chars().all(|c| c.is_alphanumeric() || c == '-') {
            return Err(TagsError::Shape { tag: tag.clone() });
        }
    }
    match tags.len() {
        count if TAGS_MAX < count => Err(TagsError::TooMany { count }),
        _ => Ok(tags),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_spelling_and_come_once() {
        assert_eq!(parse_tags(" Fax, sip-trunk  FAX,,-billing- ").unwrap(), ["billing", "fax", "sip-trunk"]);
        assert_eq!(parse_tags(" , ").unwrap(), [""; 0]);
    }

    #[test]
    fn a_tag_is_a_word() {
        assert_eq!(parse_tags("ok a/b"), Err(TagsError::Shape { tag: "a/b".to_owned() }));
        let long = "x".repeat(25);
        assert_eq!(parse_tags(&long), Err(TagsError::TooLong { tag: long.clone(), chars: 25 }));
        let many = (0..11).map(|n| format!("t{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(parse_tags(&many), Err(TagsError::TooMany { count: 11 }));
    }
}
