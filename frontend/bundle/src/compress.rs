//! Brotli and gzip, once at build time, so that serving a file is only sending bytes.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this a header and a round of decoding cost more than the bytes saved.
const BYTES_MIN: usize = 256;
/// The largest window that every browser's brotli accepts (16 MiB less 16 bytes).
const BROTLI_WINDOW_BITS: u32 = 24;
const BUFFER_BYTES: usize = 64 * 1024;

/// How hard to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For building again and again.
    Quick,
    /// For shipping.
    Best,
}

impl Effort {
    fn brotli(self) -> u32 {
        match self {
            Self::Quick => 5,
            Self::Best => 11,
        }
    }

    fn gzip(self) -> Compression {
        match self {
            Self::Quick => Compression::new(6),
            Self::Best => Compression::best(),
        }
    }
}

/// The same content twice more.
#[derive(Debug)]
pub(crate) struct Compressed {
    pub(crate) brotli: Vec<u8>,
    pub(crate) gzip: Vec<u8>,
}

/// Compresses `content` when that pays: over 256 bytes, and of a type that is not compressed already.
pub(crate) fn compress(name: &Path, content: &[u8], effort: Effort) -> std::io::Result<Option<Compressed>> {
    if content.len() <= BYTES_MIN || !is_compressible(name) {
        return Ok(None);
    }
    let mut brotli = brotli::CompressorWriter::new(Vec::new(), BUFFER_BYTES, effort.brotli(), BROTLI_WINDOW_BITS);
    brotli.write_all(content)?;
    brotli.flush()?;
    // No time stamp: the same content always gives the same file.
    let mut gzip = GzEncoder::new(Vec::new(), effort.gzip());
    gzip.write_all(content)?;
    Ok(Some(Compressed { brotli: brotli.into_inner(), gzip: gzip.finish()? }))
}

/// Pictures, WOFF2 and archives are compressed by their own format.
fn is_compressible(name: &Path) -> bool {
    let Some(extension) = name.extension().and_then(|extension| extension.to_str()) else {
        return false;
    };
    matches!(
        extension.to_ascii_lowercase().as_str(),
        "css"
            | "htm"
            | "html"
            | "ico"
            | "js"
            | "json"
            | "map"
            | "mjs"
            | "otf"
            | "svg"
            | "ttf"
            | "txt"
            | "wasm"
            | "webmanifest"
            | "xml"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn text(bytes: usize) -> Vec<u8> {
        b"a fault is on the board within seconds; ".iter().copied().cycle().take(bytes).collect()
    }

    fn check_round_trip(effort: Effort) {
        let content = text(20_000);
        let done = compress(Path::new("pkg/faultdesk.css"), &content, effort).unwrap().unwrap();
        let mut from_brotli = Vec::new();
        brotli::Decompressor::new(done.brotli.as_slice(), BUFFER_BYTES).read_to_end(&mut from_brotli).unwrap();
        let mut from_gzip = Vec::new();
        flate2::read::GzDecoder::new(done.gzip.as_slice()).read_to_end(&mut from_gzip).unwrap();
        assert_eq!(from_brotli, content);
        assert_eq!(from_gzip, content);
        assert!(done.brotli.len() < content.len() / 10);
        assert!(done.gzip.len() < content.len() / 10);
    }

    #[test]
    fn quick_compression_gives_the_content_back() {
        check_round_trip(Effort::Quick);
    }

    #[test]
    fn best_compression_gives_the_content_back() {
        check_round_trip(Effort::Best);
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let once = compress(Path::new("a.js"), &text(5_000), Effort::Quick).unwrap().unwrap();
        let twice = compress(Path::new("a.js"), &text(5_000), Effort::Quick).unwrap().unwrap();
        assert_eq!(once.gzip, twice.gzip);
        assert_eq!(once.brotli, twice.brotli);
    }

    #[test]
    fn small_files_are_left_alone() {
        assert!(compress(Path::new("a.css"), &text(256), Effort::Quick).unwrap().is_none());
        assert!(compress(Path::new("a.css"), &text(257), Effort::Quick).unwrap().is_some());
    }

    #[test]
    fn types_that_are_compressed_already_are_left_alone() {
        for name in ["a.woff2", "a.png", "a.br", "a", "css"] {
            assert!(compress(Path::new(name), &text(5_000), Effort::Quick).unwrap().is_none(), "{name}");
        }
        assert!(compress(Path::new("A.SVG"), &text(5_000), Effort::Quick).unwrap().is_some());
    }
}
