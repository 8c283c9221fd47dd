//! Passwords: argon2id, off the async threads, a few at a time.
//!
//! Whoever signs in costs the same work, whether there is such an account or not: without a stored hash the password is
//! checked against a fixed one that opens nothing.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use domain::text::{NewPassword, PASSWORD_CHARS_MAX};
use tokio::sync::Semaphore;

use crate::entropy;

/// OWASP's first choice for argon2id where memory is shared: 19 MiB, two passes, one lane. About 25 ms of a core.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// RFC 9106 section 3.1 recommends 16 bytes of salt.
const SALT_BYTES: usize = 16;
/// Each one takes a core and 19 MiB; more at once would only starve the monitor.
const AT_ONCE_MAX: usize = 4;
/// Running and waiting together. Whoever would wait behind this many is told to come back: some two seconds of queue.
const IN_LINE_MAX: usize = 64;

/// The hash of a password that was thrown away, with the parameters above. Nothing opens it: see [`Passwords::verify`].
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWF0LWhvbWUhIQ$prW1bYUn3knEDjnsQ+ZEnmvK3//WrsPPwIDMaQ74CYs";

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Come back in a moment.
    #[error("{IN_LINE_MAX} passwords are being checked or wait for it")]
    Busy,
    #[error(transparent)]
    Entropy(#[from] entropy::EntropyError),
    #[error("argon2 failed: {0}")]
    Hash(argon2::password_hash::Error),
    #[error("a password check was broken off")]
    BrokenOff,
}

/// Hashes and checks passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
    checks: Arc<AtomicU64>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    pub fn new() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            in_line: Arc::new(Semaphore::new(IN_LINE_MAX)),
            checks: Arc::default(),
        }
    }

    /// The PHC string to store for a new password.
    pub async fn hash(&self, password: &NewPassword) -> Result<String, PasswordError> {
        let salt = entropy::bytes::<SALT_BYTES>()?;
        let password = password.as_str().to_owned();
        self.run(move || {
            let hash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(PasswordError::Hash)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` belongs to the `stored` hash. Without a hash the answer is no, after the same work; so it is
    /// for a password longer than any that can be set.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, PasswordError> {
        let stored = stored.filter(|_| password.chars().nth(PASSWORD_CHARS_MAX).is_none());
        let known = stored.is_some();
        let hash = stored.unwrap_or(NOBODYS_HASH).to_owned();
        let password: String = password.chars().take(PASSWORD_CHARS_MAX).collect();
        self.checks.fetch_add(1, Ordering::Relaxed);
        let matches = self.run(move || matches(&password, &hash)).await?;
        Ok(known && matches)
    }

    /// Checks so far, for the metrics and for tests of equal work.
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = self.in_line.try_acquire().map_err(|_| PasswordError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::BrokenOff)?;
        // The thread keeps its turn until it is done, also when whoever asked has gone.
        let thread = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        thread.await.map_err(|_| PasswordError::BrokenOff)?
    }
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| PasswordError::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn matches(password: &str, hash: &str) -> Result<bool, PasswordError> {
    match hasher()?.verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_opens_for_its_own_password_only() {
        let passwords = Passwords::new();
        let new = NewPassword::parse("correct horse battery").unwrap();
        let hash = passwords.hash(&new).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(&hash)).await.unwrap());
        for wrong in ["", "correct horse batterz", &"x".repeat(100_000)] {
            assert!(!passwords.verify(wrong, Some(&hash)).await.unwrap());
        }
        assert_ne!(hash, passwords.hash(&new).await.unwrap(), "each has its own salt");
    }

    #[tokio::test]
    async fn without_a_hash_the_same_work_ends_in_no() {
        let passwords = Passwords::new();
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        let real = passwords.hash(&NewPassword::parse("correct horse battery").unwrap()).await.unwrap();
        assert_eq!(parameters(NOBODYS_HASH), parameters(&real));
        assert_eq!(NOBODYS_HASH.len(), real.len());
        assert!(!passwords.verify("anything", None).await.unwrap());
        assert_eq!(passwords.checks(), 1);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
        let outcome = Passwords::new().verify("anything", Some("$argon2id$broken")).await;
        assert!(matches!(outcome, Err(PasswordError::Hash(_))), "{outcome:?}");
    }

    #[tokio::test]
    async fn the_line_has_an_end() {
        let passwords = Passwords::new();
        let _all = passwords.in_line.acquire_many(64).await.unwrap();
        assert!(matches!(passwords.verify("x", None).await, Err(PasswordError::Busy)));
    }
}
