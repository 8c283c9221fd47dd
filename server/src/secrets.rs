//! The installation's signing key and what is signed with it: links in mails.

use std::{fs, io::Write, path::Path};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::entropy;

const KEY_BYTES: usize = 32;
/// Half of a SHA-256 MAC: 128 bits cannot be guessed, and the link stays short enough for a mail client.
const MAC_BYTES: usize = 16;
/// Message-IDs must stay short; 96 bits cannot be guessed over mail either.
const TAG_BYTES: usize = 12;
/// Longest token that is looked at.
const TOKEN_CHARS_MAX: usize = 400;

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("cannot read or write the key file {path}: {source}")]
    File { path: String, source: std::io::Error },
    #[error("the key file {path} must hold {KEY_BYTES} bytes in base64")]
    Shape { path: String },
    #[error(transparent)]
    Entropy(#[from] entropy::EntropyError),
}

/// What a signed link is good for. One for each use, so that a link for one thing never opens another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Acknowledge,
    Password,
    /// Reading a calendar feed.
    Feed,
    /// That a Message-ID is ours.
    MessageId,
    /// Saying how a ticket was.
    Rate,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Acknowledge => b"faultdesk acknowledge v1",
            Self::Password => b"faultdesk password v1",
            Self::Feed => b"faultdesk feed v1",
            Self::MessageId => b"faultdesk message-id v1",
            Self::Rate => b"faultdesk rate v1",
        }
    }
}

/// Signs and checks. Cheap to clone.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(hidden)")
    }
}

impl Signer {
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        // HMAC takes keys of any length, so a fixed one always fits.
        let key = hmac::digest::Key::<Hmac<Sha256>>::from(padded(key));
        Self(Hmac::new(&key))
    }

    /// The key in `path`, which is made, readable by its owner only, when there is none yet.
    pub fn load(path: &Path) -> Result<Self, SecretsError> {
        let shown = path.display().to_string();
        let file_error = |source| SecretsError::File { path: shown.clone(), source };
        match fs::read_to_string(path) {
            Ok(text) => {
                let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.trim()).ok();
                let key = bytes.and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok());
                key.map(|key| Self::new(&key)).ok_or(SecretsError::Shape { path: shown })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = entropy::bytes::<KEY_BYTES>()?;
                write_private(path, &BASE64_URL_SAFE_NO_PAD.encode(key)).map_err(file_error)?;
                Ok(Self::new(&key))
            }
            Err(error) => Err(file_error(error)),
        }
    }

    /// A token that carries `payload` and proves that we made it.
    pub fn sign(&self, purpose: Purpose, payload: &[u8]) -> String {
        let mut bytes = payload.to_vec();
        bytes.extend_from_slice(&self.mac(purpose, payload));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The payload of a token that this installation signed for `purpose`; `None` for anything else.
    pub fn open(&self, purpose: Purpose, token: &str) -> Option<Vec<u8>> {
        if TOKEN_CHARS_MAX < token.len() {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
        let good = subtle::ConstantTimeEq::ct_eq(self.mac(purpose, payload).as_slice(), mac);
        bool::from(good).then(|| payload.to_vec())
    }

    /// A proof that stands beside its payload: 24 hexadecimal digits, 96 bits.
    pub fn tag(&self, purpose: Purpose, payload: &[u8]) -> String {
        self.mac(purpose, payload).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether `tag` is the one that this installation gives `payload`.
    pub fn is_tag(&self, purpose: Purpose, payload: &[u8], tag: &str) -> bool {
        let own = self.tag(purpose, payload);
        bool::from(subtle::ConstantTimeEq::ct_eq(own.as_bytes(), tag.as_bytes()))
    }

    /// A key of 32 bytes for a use of its own. Knowing it tells nothing about other keys or about signatures.
    pub fn derive(&self, label: &[u8]) -> [u8; KEY_BYTES] {
        let mut mac = self.0.clone();
        mac.update(b"faultdesk derive v1");
        mac.update(&[0]);
        mac.update(label);
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, purpose: Purpose, payload: &[u8]) -> Vec<u8> {
        let mut mac = self.0.clone();
        mac.update(purpose.label());
        mac.update(&[0]);
        mac.update(payload);
        mac.finalize().into_bytes().into_iter().take(MAC_BYTES).collect()
    }
}

/// The key as the block that HMAC-SHA-256 works on.
fn padded(key: &[u8; KEY_BYTES]) -> [u8; 64] {
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    block
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_for_its_own_purpose_only() {
        let signer = Signer::new(&[7; KEY_BYTES]);
        let token = signer.sign(Purpose::Acknowledge, b"hello");
        assert_eq!(signer.open(Purpose::Acknowledge, &token).as_deref(), Some(&b"hello"[..]));
        assert_eq!(signer.open(Purpose::Password, &token), None);
        assert_eq!(Signer::new(&[8; KEY_BYTES]).open(Purpose::Acknowledge, &token), None);
    }

    #[test]
    fn every_altered_byte_is_noticed() {
        let signer = Signer::new(&[7; KEY_BYTES]);
        let token = signer.sign(Purpose::Acknowledge, b"hello");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap();
        for index in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[index] ^= 1;
            let altered = BASE64_URL_SAFE_NO_PAD.encode(altered);
            assert_eq!(signer.open(Purpose::Acknowledge, &altered), None, "byte {index}");
        }
        for odd in ["", "!", "AAAA", &"A".repeat(500)] {
            assert_eq!(signer.open(Purpose::Acknowledge, odd), None, "{odd}");
        }
    }

    #[test]
    fn derived_keys_differ_by_label_and_by_installation() {
        let signer = Signer::new(&[7; KEY_BYTES]);
        assert_eq!(signer.derive(b"a"), signer.derive(b"a"));
        assert_ne!(signer.derive(b"a"), signer.derive(b"b"));
        assert_ne!(signer.derive(b"a"), Signer::new(&[8; KEY_BYTES]).derive(b"a"));
    }

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/secret.key");
        let token = Signer::load(&path).unwrap().sign(Purpose::Password, b"x");
        assert!(Signer::load(&path).unwrap().open(Purpose::Password, &token).is_some());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "short").unwrap();
        assert!(matches!(Signer::load(&path), Err(SecretsError::Shape { .. })));
    }
}
