//! Mails as files, for development and for installations without a mail server.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use domain::time::Timestamp;
use jiff::tz::TimeZone;

/// File systems take names of 255 bytes.
const ID_CHARS_MAX: usize = 120;

#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {source}")]
pub(super) struct FolderError {
    path: String,
    source: io::Error,
}

/// Writes the mail to `YYYYMMDD-HHMMSS-<local part of id>.eml` in UTC and says where.
///
/// The file appears whole or not at all. A mail that was written before, at whatever time, is overwritten, so that
/// a repeat after a crash is not a second mail. Looks through the folder for that: meant for thousands, not millions.
pub(super) fn write(folder: &Path, id: &str, at: Timestamp, bytes: &[u8]) -> Result<PathBuf, FolderError> {
    /// Tells temporary files of one process apart.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let at_path = |path: &Path| {
        let path = path.display().to_string();
        move |source| FolderError { path, source }
    };

    fs::create_dir_all(folder).map_err(at_path(folder))?;
    let name = file_name(id, at);
    let target = match earlier(folder, id).map_err(at_path(folder))? {
        Some(path) => path,
        None => folder.join(&name),
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".{name}.{}-{number}.part", std::process::id()));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &target));
    if let Err(source) = written {
        // Nothing more can be done about a leftover; the first error is the one that matters.
        let _ = fs::remove_file(&temporary);
        return Err(at_path(&target)(source));
    }
    Ok(target)
}

/// The file that holds the mail with this id, if it was written before.
fn earlier(folder: &Path, id: &str) -> io::Result<Option<PathBuf>> {
    let ending = ending(id);
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        // Names begin with "YYYYMMDD-HHMMSS-": comparing what follows keeps "-a-b.eml" from matching "-b.eml".
        if !name.starts_with('.') && name.splitn(3, '-').nth(2) == Some(ending.as_str()) {
            return Ok(Some(folder.join(name.as_ref())));
        }
    }
    Ok(None)
}

fn ending(id: &str) -> String {
    let inner = id.trim_start_matches('<');
    let local = inner.split('@').next().unwrap_or(inner);
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }
    };
    format!("{}.eml", local.chars().take(ID_CHARS_MAX).map(safe).collect::<String>())
}

fn file_name(id: &str, at: Timestamp) -> String {
    let at = at.as_jiff().to_zoned(TimeZone::UTC);
    format!("{}-{}", at.strftime("%Y%m%d-%H%M%S"), ending(id))
}
