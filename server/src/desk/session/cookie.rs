//! The cookie of a session.

use crate::store::sessions::ABSOLUTE_S;

/// Name and flags of the cookie, by how people reach us.
///
/// Behind https the name has the `__Host-` prefix: a browser then takes it only with `Secure`, from this host itself,
/// for all paths, so that no other host of the domain can plant one. `SameSite=Lax` lets links in mails arrive signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// `base_url` is where people reach us.
    pub fn new(base_url: &str) -> Self {
        Self { secure: base_url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) }
    }

    pub fn name(self) -> &'static str {
        if self.secure { "__Host-faultdesk" } else { "faultdesk" }
    }

    /// `Set-Cookie` for a session's token; without one, the cookie is taken away.
    pub fn set(self, token: Option<&str>) -> String {
        let (value, age_s) = token.map_or(("", 0), |token| (token, ABSOLUTE_S));
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}", self.name())
    }

    /// The token in a `Cookie` header.
    pub fn read(self, header: &str) -> Option<&str> {
        header.split(';').find_map(|pair| pair.trim().strip_prefix(self.name())?.strip_prefix('='))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_follow_the_scheme() {
        let (plain, secure) = (SessionCookie::new("http://127.0.0.1:3000"), SessionCookie::new("HTTPS://desk.example"));
        assert_eq!(plain.set(Some("t")), "faultdesk=t; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
        assert_eq!(
            secure.set(Some("t")),
            "__Host-faultdesk=t; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(secure.set(None), "__Host-faultdesk=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn only_the_cookie_of_this_name_is_read() {
        let (plain, secure) = (SessionCookie::new("http://desk"), SessionCookie::new("https://desk.example"));
        assert_eq!(plain.read("a=b; faultdesk=x; c=d"), Some("x"));
        assert_eq!(secure.read("faultdesk=x; __Host-faultdesk=y"), Some("y"));
        assert_eq!(secure.read("faultdesk=x"), None);
        assert_eq!(plain.read("faultdesk2=x; notfaultdesk=y"), None);
        assert_eq!(plain.read(""), None);
    }
}
