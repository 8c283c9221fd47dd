//! The only reader of the machine's randomness.

use domain::time::Timestamp;
use uuid::Uuid;

/// The machine has no randomness to give; nothing secret may be made then.
#[derive(Debug, thiserror::Error)]
#[error("the machine's random generator failed: {0}")]
pub struct EntropyError(getrandom::Error);

/// `N` random bytes, fit for secrets.
pub fn bytes<const N: usize>() -> Result<[u8; N], EntropyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(EntropyError)?;
    Ok(bytes)
}

/// A new UUIDv7 that sorts by `now`.
pub fn id(now: Timestamp) -> Result<Uuid, EntropyError> {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>()?).into_uuid())
}
