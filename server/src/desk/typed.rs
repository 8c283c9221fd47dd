//! Forms as flat names with texts: read from the query string that a browser makes of one, and written as one again.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// Longest form that is looked at.
const FORM_BYTES_MAX: usize = 60_000;
/// Asks for the preview; without it a form is only being filled in.
const GO: &str = "go";

/// Texts by the names of their fields; a name may have several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// Reads `a=1&b=2`. What is too long is read as if it were empty: a browser's own limits are far below.
    pub fn parse(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if query.len() <= FORM_BYTES_MAX {
            // A refused form comes back with the refusal beside its fields.
            let fields = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !name.starts_with("__"));
            for (name, text) in fields {
                texts.entry(name.into_owned()).or_default().push(text.trim().to_owned());
            }
        }
        Self(texts)
    }

    /// Whether the preview was asked for.
    pub fn asked(&self) -> bool {
        self.0.contains_key(GO)
    }

    pub fn text(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    pub fn set(&mut self, name: &str, texts: impl IntoIterator<Item = impl Into<String>>) {
        self.0.insert(name.to_owned(), texts.into_iter().map(Into::into).collect());
    }

    /// Sets a field that was left out.
    pub fn set_missing(&mut self, name: &str, text: impl Into<String>) {
        self.0.entry(name.to_owned()).or_insert_with(|| vec![text.into()]);
    }

    /// The form as one string, the same for the same texts.
    pub fn form(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, texts) in &self.0 {
            for text in texts {
                out.append_pair(name, text);
            }
        }
        out.finish()
    }

    pub fn into_texts(self) -> BTreeMap<String, Vec<String>> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_the_same_after_its_string() {
        let typed = Typed::parse("?text=a+%26+b&calendar=x&calendar=y&go=preview");
        assert_eq!(typed.text("text"), "a & b");
        assert_eq!(typed.all("calendar"), ["x", "y"]);
        assert!(typed.asked() && !Typed::parse("text=a").asked());
        assert_eq!(Typed::parse(&typed.form()), typed);
        assert_eq!(Typed::parse(&format!("a={}", "x".repeat(70_000))), Typed::default());
    }
}
