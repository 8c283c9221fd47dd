//! The only reader of wall time.

use domain::time::Timestamp;

/// Says what time it is. Handed to everything that needs to know, so that tests can turn the hands.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Source);

#[derive(Debug, Clone, Copy)]
enum Source {
    System,
    /// Wall time that follows tokio's clock from a fixed instant; a test that pauses tokio's clock moves both.
    Tokio {
        base: Timestamp,
        started: tokio::time::Instant,
    },
}

impl Clock {
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that shows `base` now and follows tokio's clock from here.
    pub fn from(base: Timestamp) -> Self {
        Self(Source::Tokio { base, started: tokio::time::Instant::now() })
    }

    pub fn now(&self) -> Timestamp {
        match self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            Source::System => jiff::Timestamp::now().into(),
            Source::Tokio { base, started } => {
                base.plus_micros(i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX))
            }
        }
    }
}
