//! The open chunk of a service: samples since it began, packed small, handed to the recorder now and then.

use domain::{observation::Status, time::Timestamp};

use crate::chunk::Sample;

/// A chunk is closed at this many samples: half an hour at ten seconds, and 2 kB in memory.
const SAMPLES_MAX: usize = 180;
/// ... or when it is this old, so that a slow service gets its hour on disk.
const AGE_MAX_MS: i64 = 3_600_000;
/// A crash may cost two minutes of samples at most; this leaves time for the write.
const UNSAVED_MAX_MS: i64 = 90_000;

/// Milliseconds since the chunk began, latency (all ones: nothing answered), status.
#[derive(Debug, Clone, Copy)]
struct Packed(u32, u32, Status);

#[derive(Debug, Default)]
pub(super) struct OpenChunk {
    began: Option<Timestamp>,
    saved_at: Option<Timestamp>,
    samples: Vec<Packed>,
}

impl OpenChunk {
    pub(super) fn push(&mut self, sample: Sample) {
        let began = *self.began.get_or_insert(sample.at);
        let offset = u32::try_from(sample.at.millis_since(began)).unwrap_or(0);
        self.samples.push(Packed(offset, sample.latency_us.unwrap_or(u32::MAX), sample.status));
    }

    /// The samples, when it is time to store them. A full or old chunk, and one that ends in a change of state, begins
    /// anew.
    pub(super) fn take_due(&mut self, now: Timestamp, changed: bool) -> Option<Vec<Sample>> {
        let began = self.began?;
        let full = SAMPLES_MAX <= self.samples.len() || AGE_MAX_MS <= now.millis_since(began);
        let unsaved = now.millis_since(self.saved_at.unwrap_or(began));
        match full || changed {
            true => self.take_all(),
            false if UNSAVED_MAX_MS <= unsaved => {
                self.saved_at = Some(now);
                Some(self.unpacked(began))
            }
            false => None,
        }
    }

    /// All samples; the chunk begins anew.
    pub(super) fn take_all(&mut self) -> Option<Vec<Sample>> {
        let began = self.began.take()?;
        self.saved_at = None;
        let samples = self.unpacked(began);
        self.samples.clear();
        (!samples.is_empty()).then_some(samples)
    }

    fn unpacked(&self, began: Timestamp) -> Vec<Sample> {
        let sample = |Packed(offset, latency, status): &Packed| Sample {
            at: began.plus_millis(i64::from(*offset)),
            status: *status,
            latency_us: (*latency != u32::MAX).then_some(*latency),
        };
        self.samples.iter().map(sample).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: i64) -> Sample {
        Sample { at: Timestamp::from_millis(second * 1_000), status: Status::Ok, latency_us: Some(420) }
    }

    #[test]
    fn an_open_chunk_is_saved_before_two_minutes_are_at_stake() {
        let mut chunk = OpenChunk::default();
        let mut saved = Vec::new();
        for second in (0..200).step_by(10) {
            chunk.push(sample(second));
            if let Some(samples) = chunk.take_due(sample(second).at, false) {
                saved.push((second, samples.len()));
            }
        }
        assert_eq!(saved, [(90, 10), (180, 19)], "the chunk as a whole, each time");
    }

    #[test]
    fn a_change_closes_the_chunk() {
        let mut chunk = OpenChunk::default();
        chunk.push(sample(0));
        chunk.push(sample(10));
        assert_eq!(chunk.take_due(sample(10).at, true).unwrap(), [sample(0), sample(10)]);
        assert_eq!(chunk.take_all(), None);
    }

    #[test]
    fn a_full_chunk_is_closed() {
        let mut chunk = OpenChunk::default();
        for second in 0..i64::try_from(SAMPLES_MAX).unwrap() - 1 {
            chunk.push(sample(second));
        }
        chunk.push(sample(1_000));
        assert_eq!(chunk.take_due(sample(1_000).at, false).unwrap().len(), SAMPLES_MAX);
        assert!(chunk.samples.is_empty());
    }
}
