//! The document around the app: head, hydration, theme. Rendered by the server only.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::App;

const FONT_TEXT: &str = "/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2";
const FONT_MONO: &str = "/fonts/atkinson-hyperlegible-mono-latin-wght-normal.woff2";

/// Addresses of the built files, with their content hashes: `manifest.json` of the bundler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
}

#[derive(Debug, Clone)]
pub struct ShellOptions {
    pub leptos: LeptosOptions,
    pub assets: Assets,
}

/// The whole document.
///
/// Leptos' `HydrationScripts` is not used: it looks for its file names at run time, and ours carry hashes. What is kept
/// of it is the order of things: import the script, load the module, hydrate. The scripts that carry resources are added
/// by Leptos itself, with the same nonce.
pub fn shell(options: ShellOptions) -> impl IntoView {
    let ShellOptions { leptos: _, assets } = options;
    let Page { theme, roomy } = page();
    view! {
        <!DOCTYPE html>
        <html lang="en-GB" data-theme=theme data-density=roomy.then_some("roomy")>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.css.clone() />
                <link rel="preload" href=FONT_TEXT r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="preload" href=FONT_MONO r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <Hydration assets />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
fn Hydration(assets: Assets) -> impl IntoView {
    let Assets { js, wasm, css: _ } = assets;
    // `{:?}` quotes and escapes an address as a script needs it.
    let start =
        format!("import({js:?}).then(mod => mod.default({{ module_or_path: {wasm:?} }}).then(() => mod.hydrate()));");
    view! {
        <link rel="modulepreload" href=js nonce=use_nonce() crossorigin="anonymous" />
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>
            {start}
        </script>
    }
}

/// What the document's root says about reader and page.
struct Page {
    /// `light`, `dark`, or the system's.
    theme: Option<&'static str>,
    roomy: bool,
}

#[cfg(feature = "ssr")]
fn page() -> Page {
    use crate::api::principal::Principal;
    use domain::access::Side;

    let staff = use_context::<Principal>().is_some_and(|who| who.side() == Side::Staff);
    let parts = use_context::<http::request::Parts>();
    let wall = parts.as_ref().is_some_and(|parts| parts.uri.path() == "/wall");
    let theme = match wall {
        true => Some("dark"),
        false => parts.as_ref().and_then(|parts| theme_cookie(&parts.headers)),
    };
    let bare = parts.as_ref().is_some_and(|parts| is_bare(parts.uri.path()));
    Page { theme, roomy: bare || !staff }
}

#[cfg(not(feature = "ssr"))]
fn page() -> Page {
    Page { theme: None, roomy: false }
}

/// Pages that look the same to everybody: sign-in and what mail links lead to.
#[cfg(feature = "ssr")]
fn is_bare(path: &str) -> bool {
    matches!(path, "/sign-in" | "/forgot") || path.starts_with("/a/") || path.starts_with("/p/")
}

/// The reader's own choice from the cookie `theme`.
#[cfg(feature = "ssr")]
pub(crate) fn theme_cookie(headers: &http::HeaderMap) -> Option<&'static str> {
    let cookies = headers.get_all(http::header::COOKIE);
    let pairs = cookies.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().strip_prefix("theme=")).find_map(|theme| match theme {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    })
}

/// The reader's choice of colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme(Option<String>);

impl Theme {
    /// Whether `choice` is the one chosen: `light`, `dark` or `system`.
    pub fn is(&self, choice: &str) -> bool {
        self.0.as_deref().unwrap_or("system") == choice
    }
}

/// The choice of colours as it was when the document was made.
pub fn use_theme() -> Theme {
    #[cfg(feature = "ssr")]
    {
        let parts = use_context::<http::request::Parts>();
        Theme(parts.and_then(|parts| theme_cookie(&parts.headers)).map(str::to_owned))
    }
    #[cfg(not(feature = "ssr"))]
    {
        Theme(document().document_element().and_then(|html| html.get_attribute("data-theme")))
    }
}

#[cfg(feature = "ssr")]
const SYMBOLS: &str = include_str!("../symbols.svg");
/// The browser finds the sheet in the page; the module need not carry it.
#[cfg(not(feature = "ssr"))]
const SYMBOLS: &str = "";

/// The sheet of icons and marks, once in every page.
#[component]
pub fn Symbols() -> impl IntoView {
    view! { <div inner_html=SYMBOLS></div> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn check(cookie: &'static str, expected: Option<&str>) {
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::COOKIE, http::HeaderValue::from_static(cookie));
        assert_eq!(theme_cookie(&headers), expected, "{cookie}");
    }

    #[test]
    fn the_theme_is_one_of_two_or_the_systems() {
        check("session=x; theme=dark", Some("dark"));
        check("theme=light", Some("light"));
        check("theme=system", None);
        check("theme=\"><script>", None);
        check("my-theme=dark", None);
    }

    #[test]
    fn pages_behind_mail_links_are_the_same_for_all() {
        assert!(is_bare("/a/token"));
        assert!(!is_bare("/account"));
        assert!(!is_bare("/people"));
    }
}
