//! Samples of one service, compressed: status runs, delta-coded times, packed latencies. Two to three bytes a sample.
//!
//! Layout, little endian: version (1 byte), count (2), first instant in ms since 1970 (8), number of runs (2), runs of 3
//! bytes (marks, length), length of the times (2), times, latencies. Times and latencies are streams of `pco`. A time is
//! kept less its latency: starts are regular, ends are not.

use domain::{observation::Status, time::Timestamp};
use pco::{
    ChunkConfig, DeltaSpec, ModeSpec, PagingSpec,
    data_types::Number,
    errors::PcoError,
    wrapped::{FileCompressor, FileDecompressor},
};

/// Most samples of one chunk: an hour at one a second.
pub const SAMPLES_MAX: usize = 3_600;
/// What the worst chunk of that many samples can take, and some room: 3 bytes a run, 8 a time, 4 a latency.
const BYTES_MAX: usize = 64 * 1_024;
const VERSION: u8 = 1;

/// Bit of a run's marks: something answered, so every sample of the run has a latency.
const ANSWERED: u8 = 4;
/// The first byte of a `pco` stream's description: mode in the low half, delta coding in the high half.
const CLASSIC: u8 = 0;
const CLASSIC_WITH_DELTAS: u8 = 1 << 4;

/// One observation, as charts need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The end of the probe run, kept to the millisecond.
    pub at: Timestamp,
    pub status: Status,
    /// `None` when nothing answered.
    pub latency_us: Option<u32>,
}

#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    #[error("a chunk holds {SAMPLES_MAX} samples at most, not {samples}")]
    TooMany { samples: usize },
    #[error("a chunk of version {version} was written by a newer release")]
    Version { version: u8 },
    #[error("the chunk is damaged: {what}")]
    Damaged { what: &'static str },
    #[error("the chunk's numbers cannot be packed or unpacked")]
    Numbers(#[from] PcoError),
}

/// The samples in compressed form, in the order given. Loses what is finer than a millisecond in `at`, nothing else.
pub fn encode(samples: &[Sample]) -> Result<Vec<u8>, ChunkError> {
    let count = u16::try_from(samples.len()).ok().filter(|count| usize::from(*count) <= SAMPLES_MAX);
    let count = count.ok_or(ChunkError::TooMany { samples: samples.len() })?;
    let first = samples.first().map_or(0, |sample| sample.at.as_millis());
    let started = |sample: &Sample| sample.at.as_millis() - first - took_ms(sample.latency_us);
    let times: Vec<i64> = samples.iter().map(started).collect();
    let latencies: Vec<u32> = samples.iter().filter_map(|sample| sample.latency_us).collect();
    let times = pack(&times, DeltaSpec::TryConsecutive(1))?;
    let latencies = pack(&latencies, DeltaSpec::NoOp)?;
    let runs = runs(samples);
    let too_long = ChunkError::TooMany { samples: samples.len() };
    let (Ok(run_count), Ok(times_len)) = (u16::try_from(runs.len()), u16::try_from(times.len())) else {
        return Err(too_long);
    };

    let mut bytes = Vec::with_capacity(15 + 3 * runs.len() + times.len() + latencies.len());
    bytes.push(VERSION);
    bytes.extend(count.to_le_bytes());
    bytes.extend(first.to_le_bytes());
    bytes.extend(run_count.to_le_bytes());
    for (marks, length) in runs {
        bytes.push(marks);
        bytes.extend(length.to_le_bytes());
    }
    bytes.extend(times_len.to_le_bytes());
    bytes.extend(times);
    bytes.extend(latencies);
    Ok(bytes)
}

/// The samples of a chunk. Bytes that no `encode` made give an error, and never more than `SAMPLES_MAX` samples.
pub fn decode(bytes: &[u8]) -> Result<Vec<Sample>, ChunkError> {
    if BYTES_MAX < bytes.len() {
        return Err(ChunkError::Damaged { what: "it is too long" });
    }
    let mut rest = bytes;
    let [version] = take(&mut rest)?;
    if version != VERSION {
        return Err(ChunkError::Version { version });
    }
    let count = usize::from(u16::from_le_bytes(take(&mut rest)?));
    if SAMPLES_MAX < count {
        return Err(ChunkError::TooMany { samples: count });
    }
    let first = i64::from_le_bytes(take(&mut rest)?);
    let marks = read_runs(&mut rest, count)?;
    let times_len = usize::from(u16::from_le_bytes(take(&mut rest)?));
    let (times, latencies) = rest.split_at_checked(times_len).ok_or(SHORT)?;
    let times: Vec<i64> = unpack(times, count)?;
    let answered = marks.iter().filter(|(_, answered)| *answered).count();
    let mut latencies = unpack::<u32>(latencies, answered)?.into_iter();
    let sample = |((status, answered), started): ((Status, bool), i64)| {
        let latency_us = if answered { latencies.next() } else { None };
        let at = first.saturating_add(started).saturating_add(took_ms(latency_us));
        Sample { at: Timestamp::from_millis(at), status, latency_us }
    };
    Ok(marks.into_iter().zip(times).map(sample).collect())
}

/// Whole milliseconds from start to end, as far as they are known.
fn took_ms(latency_us: Option<u32>) -> i64 {
    latency_us.map_or(0, |us| i64::from(us / 1_000))
}

const SHORT: ChunkError = ChunkError::Damaged { what: "it ends too early" };

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ChunkError> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(SHORT)?;
    *rest = left;
    Ok(*taken)
}

fn marks(sample: &Sample) -> u8 {
    let status = match sample.status {
        Status::Ok => 0,
        Status::Unknown => 1,
        Status::Warning => 2,
        Status::Critical => 3,
    };
    if sample.latency_us.is_some() { status | ANSWERED } else { status }
}

/// Neighbours of equal status, both answered or both not.
fn runs(samples: &[Sample]) -> Vec<(u8, u16)> {
    let runs = samples.chunk_by(|a, b| marks(a) == marks(b));
    // A run is no longer than its chunk, so its length fits.
    runs.map(|run| (run.first().map_or(0, marks), u16::try_from(run.len()).unwrap_or(u16::MAX))).collect()
}

/// Status and "has a latency" of each of `count` samples.
fn read_runs(rest: &mut &[u8], count: usize) -> Result<Vec<(Status, bool)>, ChunkError> {
    let runs = u16::from_le_bytes(take(rest)?);
    let mut all = Vec::with_capacity(count);
    for _ in 0..runs {
        let [marks] = take(rest)?;
        let length = usize::from(u16::from_le_bytes(take(rest)?));
        let status = match marks & !ANSWERED {
            0 => Status::Ok,
            1 => Status::Unknown,
            2 => Status::Warning,
            3 => Status::Critical,
            _ => return Err(ChunkError::Damaged { what: "a run has no known status" }),
        };
        if count < all.len() + length {
            return Err(ChunkError::Damaged { what: "its runs are longer than the whole" });
        }
        all.resize(all.len() + length, (status, marks & ANSWERED != 0));
    }
    if all.len() == count { Ok(all) } else { Err(ChunkError::Damaged { what: "its runs are shorter than the whole" }) }
}

/// A `pco` stream without the frame of a file: the count is ours to keep. No numbers are no bytes.
fn pack<T: Number>(numbers: &[T], delta: DeltaSpec) -> Result<Vec<u8>, ChunkError> {
    let mut bytes = Vec::new();
    if !numbers.is_empty() {
        let config = ChunkConfig::default()
            .with_mode_spec(ModeSpec::Classic)
            .with_delta_spec(delta)
            .with_paging_spec(PagingSpec::EqualPagesUpTo(SAMPLES_MAX));
        let file = FileCompressor::default();
        file.write_header(&mut bytes)?;
        let mut chunk = file.chunk_compressor(numbers, &config)?;
        chunk.write_meta(&mut bytes)?;
        chunk.write_page(0, &mut bytes)?;
    }
    Ok(bytes)
}

fn unpack<T: Number + Default>(bytes: &[u8], count: usize) -> Result<Vec<T>, ChunkError> {
    if count == 0 {
        let end = ChunkError::Damaged { what: "there are numbers without samples" };
        return if bytes.is_empty() { Ok(Vec::new()) } else { Err(end) };
    }
    let (file, rest) = FileDecompressor::new(bytes)?;
    // `pco` knows modes whose description alone says how much memory to take. We write none of them.
    match rest.first() {
        Some(&(CLASSIC | CLASSIC_WITH_DELTAS)) => {}
        Some(_) => return Err(ChunkError::Damaged { what: "its numbers are packed in a way that is not ours" }),
        None => return Err(SHORT),
    }
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest)?;
    let mut page = chunk.page_decompressor(rest, count)?;
    let mut numbers = vec![T::default(); count];
    let progress = page.read(&mut numbers)?;
    if progress.finished && progress.n_processed == count && page.into_src().is_empty() {
        Ok(numbers)
    } else {
        Err(ChunkError::Damaged { what: "its numbers do not fit its count" })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A small generator, so that a measured size stays the same on every machine.
    struct Dice(u64);

    impl Dice {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        /// 0 to 1.
        fn share(&mut self) -> f64 {
            (self.next() >> 11) as f64 / (1_u64 << 53) as f64
        }

        /// A bell around 0 with deviation 1.
        fn bell(&mut self) -> f64 {
            (0..12).map(|_| self.share()).sum::<f64>() - 6.0
        }
    }

    /// `count` probes at 10 s from `from_ms` on: starts a few ms late, latency around `typical_ms` with a tail, and a
    /// minute of silence in every hour.
    pub(crate) fn realistic(seed: u64, typical_ms: f64, from_ms: i64, count: i64) -> Vec<Sample> {
        let mut dice = Dice(seed);
        let sample = |index: i64| {
            let late_ms = (dice.bell().abs() * 3.0) as i64;
            let tail = if dice.share() < 0.03 { 1.0 + dice.share() * 9.0 } else { 1.0 };
            let latency_us = (typical_ms * 1_000.0 * (dice.bell() * 0.15).exp() * tail) as u32;
            let silent = (100..106).contains(&(index % 360));
            let took_ms = if silent { 1_000 } else { i64::from(latency_us) / 1_000 };
            Sample {
                at: Timestamp::from_millis(from_ms + index * 10_000 + late_ms + took_ms),
                status: if silent { Status::Critical } else { Status::Ok },
                latency_us: (!silent).then_some(latency_us),
            }
        };
        (0..count).map(sample).collect()
    }

    fn an_hour(seed: u64, typical_ms: f64) -> Vec<Sample> {
        realistic(seed, typical_ms, 1_795_497_704_350, 360)
    }

    #[test]
    fn an_hour_at_ten_seconds_takes_less_than_three_and_a_half_bytes_a_sample() {
        for (seed, typical_ms) in [(1, 0.4), (2, 12.0), (3, 85.0), (4, 420.0)] {
            let samples = an_hour(seed, typical_ms);
            let bytes = encode(&samples).unwrap();
            assert_eq!(decode(&bytes).unwrap(), samples);
            // What a row and its key take beside the samples is measured in `store::history`.
            assert!(bytes.len() * 10 <= samples.len() * 35, "{typical_ms} ms: {} bytes", bytes.len());
        }
    }

    #[test]
    fn an_empty_chunk_is_a_chunk_and_a_full_one_is_the_last() {
        assert_eq!(decode(&encode(&[]).unwrap()).unwrap(), []);
        let sample = Sample { at: Timestamp::EPOCH, status: Status::Ok, latency_us: None };
        assert_eq!(decode(&encode(&[sample; SAMPLES_MAX]).unwrap()).unwrap().len(), SAMPLES_MAX);
        assert!(matches!(encode(&[sample; SAMPLES_MAX + 1]), Err(ChunkError::TooMany { samples: 3_601 })));
    }

    #[test]
    fn a_chunk_of_a_newer_release_is_named_as_such() {
        let mut bytes = encode(&an_hour(1, 1.0)).unwrap();
        bytes[0] = 2;
        assert!(matches!(decode(&bytes), Err(ChunkError::Version { version: 2 })));
    }

    #[test]
    fn a_stream_that_asks_for_memory_is_refused_before_it_is_read() {
        let good = encode(&an_hour(1, 1.0)).unwrap();
        let runs = usize::from(u16::from_le_bytes([good[11], good[12]]));
        let description = 13 + 3 * runs + 2 + 2;
        assert_eq!(good[description], CLASSIC_WITH_DELTAS, "the layout moved: look again");
        // Mode 4 is a dictionary of up to 2^25 entries, delta 2 looks back up to 2^24 numbers.
        for hostile in [4, CLASSIC_WITH_DELTAS | 4, 2 << 4, 3 << 4] {
            let mut bytes = good.clone();
            bytes[description] = hostile;
            assert!(matches!(decode(&bytes), Err(ChunkError::Damaged { .. })), "{hostile:#x}");
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let bytes = encode(&an_hour(1, 1.0)).unwrap();
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    fn sample() -> impl Strategy<Value = (i64, Status, Option<u32>)> {
        (
            prop_oneof![9 => 0_i64..20_000, 1 => any::<i32>().prop_map(i64::from)],
            prop::sample::select(Status::ALL.to_vec()),
            prop::option::of(any::<u32>()),
        )
    }

    fn series(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Sample>> {
        (0_i64..4_000_000_000_000, prop::collection::vec(sample(), length)).prop_map(|(mut at, steps)| {
            let step = |(wait, status, latency_us)| {
                at += wait;
                Sample { at: Timestamp::from_millis(at), status, latency_us }
            };
            steps.into_iter().map(step).collect()
        })
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(samples in series(0..400)) {
            prop_assert_eq!(decode(&encode(&samples).unwrap()).unwrap(), samples);
        }

        #[test]
        fn any_bytes_give_samples_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(samples) = decode(&bytes) {
                prop_assert!(samples.len() <= SAMPLES_MAX);
            }
        }

        #[test]
        fn a_damaged_chunk_gives_samples_or_an_error(
            samples in series(1..60), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
        ) {
            let mut bytes = encode(&samples).unwrap();
            for (index, byte) in flips {
                let index = index.index(bytes.len());
                bytes[index] ^= byte;
            }
            if let Ok(samples) = decode(&bytes) {
                prop_assert!(samples.len() <= SAMPLES_MAX);
            }
        }
    }
}
