//! Secrets at rest: passwords and tokens that probes need, sealed with a key that is not in the database.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::{
    entropy::{self, EntropyError},
    secrets::Signer,
};

const PREFIX: &str = "enc:v1:";
/// Long enough to be drawn at random for every secret.
const NONCE_BYTES: usize = 24;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the stored {name} cannot be opened: it was sealed with another key file; enter it again")]
    Sealed { name: String },
    #[error("the {name} cannot be sealed")]
    Seal { name: String },
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Seals and opens secrets. Cheap to clone.
#[derive(Clone)]
pub struct Vault(XChaCha20Poly1305);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(hidden)")
    }
}

impl Vault {
    /// The vault whose key derives from the installation's key file.
    pub fn new(signer: &Signer) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(signer.derive(b"vault v1"))))
    }

    /// `enc:v1:` and base64. Opens only under the same `name`, so that one secret cannot pass for another.
    pub fn seal(&self, name: &str, secret: &str) -> Result<String, VaultError> {
        let nonce = entropy::bytes::<NONCE_BYTES>()?;
        let payload = Payload { msg: secret.as_bytes(), aad: name.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Seal { name: name.to_owned() })?;
        let bytes: Vec<u8> = nonce.into_iter().chain(sealed).collect();
        Ok(format!("{PREFIX}{}", BASE64_STANDARD_NO_PAD.encode(bytes)))
    }

    /// The secret in a stored value.
    pub fn open(&self, name: &str, stored: &str) -> Result<String, VaultError> {
        let open = || {
            let bytes = BASE64_STANDARD_NO_PAD.decode(stored.strip_prefix(PREFIX)?).ok()?;
            let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
            let payload = Payload { msg: sealed, aad: name.as_bytes() };
            String::from_utf8(self.0.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
        };
        open().ok_or_else(|| VaultError::Sealed { name: name.to_owned() })
    }
}

/// Whether a stored value is a sealed one.
pub fn is_sealed(stored: &str) -> bool {
    stored.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new(&Signer::new(&[byte; 32]))
    }

    #[test]
    fn a_secret_opens_under_its_own_name_and_key_only() {
        let sealed = vault(7).seal("password", "hunter2").unwrap();
        assert!(is_sealed(&sealed) && !sealed.contains("hunter2"));
        assert_eq!(vault(7).open("password", &sealed).unwrap(), "hunter2");
        assert!(vault(7).open("bearer", &sealed).is_err());
        assert!(vault(8).open("password", &sealed).is_err());
        for odd in ["", "enc:v1:", "enc:v1:!", "enc:v1:AAAA", "hunter2"] {
            assert!(vault(7).open("password", odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn equal_secrets_do_not_look_equal() {
        assert_ne!(vault(7).seal("password", "x").unwrap(), vault(7).seal("password", "x").unwrap());
    }
}
