//! Attachments: names that cannot lie about a path or a direction, and types by what the bytes are.

use serde::{Deserialize, Serialize};

use crate::text::is_hidden;

const NAME_CHARS_MAX: usize = 120;
/// Larger pictures are downloads: a few bytes can claim to be gigabytes of pixels.
const PREVIEW_PIXELS_MAX: u64 = 40_000_000;
const PREVIEW_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A declared name as it may be shown and offered: no path, no control or direction characters, no dot in front.
pub fn clean_file_name(declared: &str) -> String {
    let base = declared.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        base.chars().filter(|c| !is_hidden(*c)).map(|c| if "<>:\"|?*;%&'`$".contains(c) { '_' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let chars = plain.chars().count();
    match chars {
        0 => "attachment".to_owned(),
        1..=NAME_CHARS_MAX => plain.to_owned(),
        // The ending says what it is, so it stays.
        _ => {
            let head: String = plain.chars().take(NAME_CHARS_MAX - 20).collect();
            let tail: String = plain.chars().skip(chars - 19).collect();
            format!("{head}…{tail}")
        }
    }
}

/// What a file is served as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Png,
    Jpeg,
    Gif,
    /// A download that no browser opens.
    Other,
}

impl FileKind {
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Gif, Self::Other];

    /// The `Content-Type`, which is also the stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Other => "application/octet-stream",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a page may show it as a picture.
    pub fn is_picture(self) -> bool {
        self != Self::Other
    }
}

/// What the bytes are, whatever the mail says: a raster picture of sane size, or a download.
pub fn sniff(bytes: &[u8]) -> FileKind {
    if PREVIEW_BYTES_MAX < bytes.len() {
        return FileKind::Other;
    }
    let (kind, size) = match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => (FileKind::Png, png_size(bytes)),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => (FileKind::Gif, gif_size(bytes)),
        [0xff, 0xd8, 0xff, ..] => (FileKind::Jpeg, jpeg_size(bytes)),
        _ => return FileKind::Other,
    };
    match size {
        Some((width, height)) if 0 < width && 0 < height && width.saturating_mul(height) <= PREVIEW_PIXELS_MAX => kind,
        _ => FileKind::Other,
    }
}

fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(len)?)?;
    Some(part.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

fn png_size(bytes: &[u8]) -> Option<(u64, u64)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((number(bytes, 16, 4)?, number(bytes, 20, 4)?))
}

fn gif_size(bytes: &[u8]) -> Option<(u64, u64)> {
    let little = |at| Some(number(bytes, at, 1)? | (number(bytes, at + 1, 1)? << 8));
    Some((little(6)?, little(8)?))
}

/// Walks the segments up to the frame header.
fn jpeg_size(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut at = 2;
    while number(bytes, at, 1)? == 0xff {
        let marker = number(bytes, at + 1, 1)?;
        let frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if frame {
            return Some((number(bytes, at + 7, 2)?, number(bytes, at + 5, 2)?));
        }
        let len = usize::try_from(number(bytes, at + 2, 2)?).ok()?;
        at = at.checked_add(2 + len.max(2))?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless() {
        for (declared, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\evil.exe", "evil.exe"),
            ("<script>alert(1)</script>.png", "script_.png"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            (".bashrc", "bashrc"),
            ("a\r\nX-Evil: 1", "aX-Evil_ 1"),
            ("a\";filename=\"b", "a__filename=_b"),
            ("", "attachment"),
            ("...", "attachment"),
            ("photo of the rack.jpg", "photo of the rack.jpg"),
        ] {
            assert_eq!(clean_file_name(declared), expected, "{declared:?}");
        }
        let long = clean_file_name(&format!("{}.pdf", "x".repeat(5_000)));
        assert!(long.chars().count() <= NAME_CHARS_MAX && long.ends_with(".pdf"));
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn types_are_what_the_bytes_are() {
        assert_eq!(sniff(&png(640, 480)), FileKind::Png);
        assert_eq!(sniff(&png(100_000, 100_000)), FileKind::Other, "a bomb is a download");
        assert_eq!(sniff(&png(0, 1)), FileKind::Other);
        assert_eq!(sniff(b"GIF89a\x10\0\x10\0"), FileKind::Gif);
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1];
        assert_eq!(sniff(&jpeg), FileKind::Jpeg);
        for odd in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<svg onload=alert(1)>", b"<html>", b"\xff\xd8\xff\xff"]
        {
            assert_eq!(sniff(odd), FileKind::Other, "{odd:?}");
        }
    }
}
