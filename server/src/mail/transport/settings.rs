//! The setting `mail.smtp_url`.

use std::fmt;

use domain::text::Address;
use url::Url;

const PORT_RELAY: u16 = 25;
const PORT_SUBMISSION: u16 = 587;
const PORT_IMPLICIT_TLS: u16 = 465;

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// In the clear: for a server on this machine or on a trusted wire.
    None,
    /// STARTTLS where the server offers it, its certificate not checked: better than nothing, against listeners only.
    Opportunistic,
    /// STARTTLS with a good certificate, or no mail.
    StartTls,
    /// TLS from the first byte with a good certificate, or no mail.
    Implicit,
}

/// Which mail server takes our mails, and how.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User name and password.
    pub credentials: Option<(String, String)>,
}

impl SmtpSettings {
    /// Reads `smtp://[user:password@]host[:port][?tls=none|opportunistic|required]` or
    /// `smtps://[user:password@]host[:port]`. The error says what is wrong, and never repeats a password.
    ///
    /// Without `tls`: required when there is a password, else opportunistic. Without a port: 465 for smtps, 587 when
    /// TLS is required, else 25. `%` escapes in user and password are undone.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("is not a URL ({error})"))?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or("names no host: write smtp://mail.example:25")?;
        let host = Address::parse(host).map_err(|error| format!("has a bad host: {error}"))?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("may have nothing behind the host and port but ?tls=".to_owned());
        }
        let credentials = credentials(&url)?;
        let security = security(&url, credentials.is_some())?;
        let usual = match security {
            Security::None | Security::Opportunistic => PORT_RELAY,
            Security::StartTls => PORT_SUBMISSION,
            Security::Implicit => PORT_IMPLICIT_TLS,
        };
        let port = url.port().unwrap_or(usual);
        if port == 0 {
            return Err("cannot use port 0".to_owned());
        }
        Ok(Self { host: host.as_str().to_owned(), port, security, credentials })
    }
}

fn security(url: &Url, password: bool) -> Result<Security, String> {
    let mut tls = None;
    for (key, value) in url.query_pairs() {
        if key != "tls" {
            return Err(format!("has the unknown option {key:?}; the only one is tls"));
        }
        if tls.replace(value).is_some() {
            return Err("names tls twice".to_owned());
        }
    }
    match (url.scheme(), tls.as_deref()) {
        ("smtps", None) => Ok(Security::Implicit),
        ("smtps", Some(_)) => Err("is smtps, which always uses TLS: leave out ?tls=".to_owned()),
        ("smtp", None) if password => Ok(Security::StartTls),
        ("smtp", Some("required")) => Ok(Security::StartTls),
        ("smtp", Some("none")) => Ok(Security::None),
        ("smtp", Some("opportunistic")) if password => {
            Err("would not protect the password: use ?tls=required, or ?tls=none on a trusted wire".to_owned())
        }
        ("smtp", None | Some("opportunistic")) => Ok(Security::Opportunistic),
        ("smtp", Some(other)) => Err(format!("has tls={other:?}; it may be none, opportunistic or required")),
        (other, _) => Err(format!("begins with {other}://; it may be smtp:// or smtps://")),
    }
}

fn credentials(url: &Url) -> Result<Option<(String, String)>, String> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err("has a password without a user".to_owned()),
        (_, None) => Err("has a user without a password".to_owned()),
        (user, Some(password)) => {
            let unescaped = |text| unescaped(text).ok_or("has a bad % escape in the user or password");
            Ok(Some((unescaped(user)?, unescaped(password)?)))
        }
    }
}

/// `text` with its `%41` escapes undone; `None` when one is broken or the outcome is not UTF-8.
pub(crate) fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The server without secrets: `smtps://mail.example:465`.
impl fmt::Display for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.security == Security::Implicit { "smtps" } else { "smtp" };
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]:{}", self.host, self.port),
            false => write!(f, "{scheme}://{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.credentials.as_ref().map(|(user, _)| user);
        f.debug_struct("SmtpSettings")
            .field("server", &self.to_string())
            .field("security", &self.security)
            .field("user", &user)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, shown: &str, security: Security, credentials: Option<(&str, &str)>) {
        let settings = SmtpSettings::parse(url).unwrap();
        assert_eq!((settings.to_string().as_str(), settings.security), (shown, security), "{url}");
        let expected = credentials.map(|(user, password)| (user.to_owned(), password.to_owned()));
        assert_eq!(settings.credentials, expected, "{url}");
    }

    #[test]
    fn each_form_of_the_setting_is_read() {
        check("smtp://mail.example", "smtp://mail.example:25", Security::Opportunistic, None);
        check("smtp://mail.example:2525?tls=none", "smtp://mail.example:2525", Security::None, None);
        check("smtp://10.0.0.1?tls=opportunistic", "smtp://10.0.0.1:25", Security::Opportunistic, None);
        check("smtp://mail.example?tls=required", "smtp://mail.example:587", Security::StartTls, None);
        check("smtps://Mail.Example/", "smtps://mail.example:465", Security::Implicit, None);
        check("smtp://[2001:db8::5]:26", "smtp://[2001:db8::5]:26", Security::Opportunistic, None);
        let who = Some(("jo@desk.example", "a:b/%?"));
        let url = "smtp://jo%40desk.example:a%3Ab%2F%25%3F@mail.example";
        check(url, "smtp://mail.example:587", Security::StartTls, who);
        check(&format!("{url}?tls=none"), "smtp://mail.example:25", Security::None, who);
        check("smtps://a:b@mail.example:466", "smtps://mail.example:466", Security::Implicit, Some(("a", "b")));
    }

    #[test]
    fn mistakes_are_named_and_passwords_are_not_repeated() {
        for (url, part) in [
            ("mail.example", "not a URL"),
            ("", "not a URL"),
            ("http://mail.example", "smtp:// or smtps://"),
            ("smtp:mail.example", "no host"),
            ("smtp://", "no host"),
            ("smtp://mail_ex ample", "not a URL"),
            ("smtp://a..b", "bad host"),
            ("smtp://mail.example/path", "nothing behind"),
            ("smtp://mail.example#x", "nothing behind"),
            ("smtp://mail.example:0", "port 0"),
            ("smtp://mail.example:70000", "not a URL"),
            ("smtp://mail.example?tls=maybe", "none, opportunistic or required"),
            ("smtp://mail.example?tls=none&tls=required", "twice"),
            ("smtp://mail.example?tsl=none", "unknown option"),
            ("smtps://mail.example?tls=none", "leave out"),
            ("smtp://a:hunter2@mail.example?tls=opportunistic", "would not protect"),
            ("smtp://a@mail.example", "without a password"),
            ("smtp://:hunter2@mail.example", "without a user"),
            ("smtp://a:hunter2%FF@mail.example", "escape"),
            ("smtp://a:hunter2%4@mail.example", "escape"),
        ] {
            let error = SmtpSettings::parse(url).unwrap_err();
            assert!(error.contains(part) && !error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let settings = SmtpSettings::parse("smtps://jo:hunter2@mail.example").unwrap();
        assert!(!format!("{settings} {settings:?}").contains("hunter2"));
    }
}
