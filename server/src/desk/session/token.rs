//! Secrets that say who somebody is: 256 random bits in base64. The database knows only their SHA-256.
//!
//! A plain hash is enough: unlike a password, a token has too much chance in it to be guessed from its hash.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::entropy::{self, EntropyError};

const TOKEN_BYTES: usize = 32;
/// Lets scanners for leaked secrets find ours, and tells a bearer token from a session at a glance.
const API_PREFIX: &str = "fdk_";

/// A fresh token. Its text is shown once, to its owner. Not `Debug`: it stays out of logs.
pub struct Token {
    /// What the owner keeps: a cookie's value, or a bearer token.
    pub text: String,
    /// What the database keeps.
    pub hash: [u8; 32],
}

impl Token {
    /// For the cookie of a browser.
    pub fn for_session() -> Result<Self, EntropyError> {
        Self::fresh("")
    }

    /// For `Authorization: Bearer`.
    pub fn for_api() -> Result<Self, EntropyError> {
        Self::fresh(API_PREFIX)
    }

    fn fresh(prefix: &str) -> Result<Self, EntropyError> {
        let bytes = entropy::bytes::<TOKEN_BYTES>()?;
        Ok(Self { text: format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)), hash: hash(&bytes) })
    }
}

/// The hash under which a cookie's value is kept; `None` when it cannot be one of ours.
pub fn session_hash(cookie: &str) -> Option<[u8; 32]> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cookie).ok()?;
    Some(hash(&<[u8; TOKEN_BYTES]>::try_from(bytes).ok()?))
}

/// The hash under which a bearer token is kept; `None` when it cannot be one of ours.
pub fn api_hash(bearer: &str) -> Option<[u8; 32]> {
    session_hash(bearer.strip_prefix(API_PREFIX)?)
}

fn hash(bytes: &[u8; TOKEN_BYTES]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash() {
        let token = Token::for_session().unwrap();
        assert_eq!(token.text.len(), 43);
        assert_eq!(session_hash(&token.text), Some(token.hash));
        assert_ne!(Token::for_session().unwrap().text, token.text);
    }

    #[test]
    fn a_bearer_token_is_no_cookie_and_the_other_way_round() {
        let (api, session) = (Token::for_api().unwrap(), Token::for_session().unwrap());
        assert_eq!(api_hash(&api.text), Some(api.hash));
        assert_eq!(session_hash(&api.text), None);
        assert_eq!(api_hash(&session.text), None);
    }

    #[test]
    fn what_cannot_be_a_token_is_not_looked_up() {
        for odd in ["", "short", "ü", &"A".repeat(42), &"A".repeat(44), &"A".repeat(10_000)] {
            assert_eq!(session_hash(odd), None, "{odd}");
        }
    }
}
