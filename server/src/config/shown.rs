//! Values as they may be shown: without passwords.

use url::Url;

use super::{keys::Key, sources::Raw};
use crate::mail::{inbound::settings::Inbound, transport::SmtpSettings};

/// A database URL with its passwords hidden; of one that cannot be read, the scheme alone.
pub fn masked_database_url(url: &str) -> String {
    match (url.split_once("://"), Url::parse(url)) {
        (Some(("sqlite", _)), _) => url.to_owned(),
        (Some(_), Ok(mut parsed)) => {
            if parsed.password().is_some() && parsed.set_password(Some("hidden")).is_err() {
                return format!("{}://...", parsed.scheme());
            }
            let secret = |name: &str| name.contains("password");
            if parsed.query_pairs().any(|(name, _)| secret(&name)) {
                let pairs: Vec<_> = parsed.query_pairs().into_owned().collect();
                let shown = |(name, value): (String, String)| {
                    let value = if secret(&name) { "hidden".to_owned() } else { value };
                    (name, value)
                };
                parsed.query_pairs_mut().clear().extend_pairs(pairs.into_iter().map(shown));
            }
            parsed.to_string()
        }
        (Some((scheme, _)), Err(_)) => format!("{scheme}://..."),
        (None, _) => "...".to_owned(),
    }
}

/// A mail server URL with its password hidden.
pub(super) fn masked_smtp_url(url: &str) -> String {
    match SmtpSettings::parse(url) {
        Ok(settings) => match &settings.credentials {
            Some((user, _)) => format!("{settings} (as {user}, password hidden)"),
            None => settings.to_string(),
        },
        Err(_) => "...".to_owned(),
    }
}

/// A value as it may be shown.
pub(super) fn shown(key: &Key, raw: &Raw) -> String {
    let text = match raw {
        Raw::Text(text) => text.trim().to_owned(),
        Raw::Number(number) => number.to_string(),
        Raw::List(items) => items.join(", "),
    };
    match (key.name, text.is_empty()) {
        (_, true) => "(none)".to_owned(),
        ("mail.smtp_url", _) => masked_smtp_url(&text),
        ("mail.inbound", _) => Inbound::parse(&text).map_or_else(|_| "...".to_owned(), |inbound| inbound.to_string()),
        ("database.url", _) => masked_database_url(&text),
        (_, false) if key.secret => "(hidden)".to_owned(),
        (_, false) => text,
    }
}
