//! Text in elements whose inside the renderer writes as it is given.

/// `text` for the inside of a `<textarea>` or `<title>`, which may come from an address or a stranger.
///
/// Leptos 0.8 escapes neither on the server: `</textarea>` in a text would end the field, and what follows would be markup.
/// The browser sets both as text, so there nothing is changed.
pub fn raw_text(text: String) -> String {
    match cfg!(feature = "ssr") {
        true => text.replace('&', "&amp;").replace('<', "&lt;"),
        false => text,
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::prelude::*;

    use super::*;
    use crate::components::field::TextArea;

    #[test]
    fn a_text_stays_inside_its_field() {
        let evil = "a & b</textarea><meta http-equiv=refresh>";
        let page = Owner::new().with(|| view! { <TextArea label="x" name="x" value=evil.to_owned() /> }.to_html());
        assert!(page.contains(">a &amp; b&lt;/textarea>&lt;meta"), "{page}");
        assert_eq!(page.matches("</textarea>").count(), 1, "{page}");
        assert_eq!(raw_text("</title>".to_owned()), "&lt;/title>");
    }
}
