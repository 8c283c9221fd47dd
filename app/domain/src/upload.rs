//! Files that somebody adds in a browser: how many and how large, and what is said of each that is not taken.

use crate::text::size_words;

/// Files in one form.
pub const FILES_MAX: usize = 10;
/// A photo of a phone has a third of it.
pub const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// All files of one form together.
pub const ALL_BYTES_MAX: u64 = 25 * 1024 * 1024;
/// The same in one line, for the form.
pub const LIMITS: &str = "Up to 10 files of 10 MB each, 25 MB in all.";

/// Counts the files of a form while they arrive: what will be refused need not be held.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Name and bytes of each, up to the first that is one too many.
    files: Vec<(String, u64)>,
    count: usize,
    bytes: u64,
    /// The file with which all became too much.
    spilled: Option<String>,
}

impl Tally {
    /// Of files that are all there, by name and size in bytes.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let mut tally = Self::default();
        for (name, bytes) in files {
            tally.begin(name);
            tally.add(bytes);
        }
        tally
    }

    /// Another file begins.
    pub fn begin(&mut self, name: &str) {
        self.count += 1;
        if self.files.len() <= FILES_MAX {
            self.files.push((name.to_owned(), 0));
        }
    }

    /// More bytes of that file. False: it will be refused, so nothing of it need be kept.
    pub fn add(&mut self, bytes: u64) -> bool {
        if FILES_MAX < self.count {
            return false;
        }
        let Some((name, size)) = self.files.last_mut() else { return false };
        *size = size.saturating_add(bytes);
        self.bytes = self.bytes.saturating_add(bytes);
        let spills = ALL_BYTES_MAX < self.bytes;
        if spills && self.spilled.is_none() {
            self.spilled = Some(name.clone());
        }
        *size <= FILE_BYTES_MAX && !spills
    }

    /// What is wrong with them, each file by its name. Empty: all are taken.
    pub fn wrong(&self) -> Vec<String> {
        if self.count == 0 {
            return vec!["choose a photo or file first".to_owned()];
        }
        let mut wrong: Vec<_> = self.files.iter().take(FILES_MAX).filter_map(of_one).collect();
        if let Some((name, _)) = self.files.get(FILES_MAX) {
            let count = self.count;
            wrong.push(format!("these are {count}; send {FILES_MAX} at a time, without “{name}” and what follows it"));
        }
        // Where a single file is too large, that is what to mend first.
        if let (Some(name), true) = (&self.spilled, wrong.is_empty()) {
            wrong.push(format!("together they have more than 25 MB; send “{name}” and what follows it by itself"));
        }
        wrong
    }
}

fn of_one((name, bytes): &(String, u64)) -> Option<String> {
    match *bytes {
        0 => Some(format!("“{name}” is empty")),
        1..=FILE_BYTES_MAX => None,
        _ => Some(format!("“{name}” has {}; a file may have 10 MB at most", size_words(*bytes))),
    }
}

/// What an entry says whose writer added files without a word.
pub fn wordless(count: usize) -> String {
    match count {
        1 => "Added 1 file.".to_owned(),
        count => format!("Added {count} files."),
    }
}

/// The text of a mail about an entry: its words, and which files wait on the page.
pub fn mailed(text: &str, names: &[&str]) -> String {
    match names {
        [] => text.to_owned(),
        names => format!("{text}\n\nOn the ticket's page: {}.", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    /// Files by name and size.
    fn check(files: &[(&str, u64)], expected: &[&str]) {
        assert_eq!(Tally::of(files.iter().copied()).wrong(), expected, "{files:?}");
    }

    #[test]
    fn what_is_not_taken_is_named_with_its_limit() {
        check(&[], &["choose a photo or file first"]);
        check(&[("a.jpg", 1), ("b.jpg", 10 * MB)], &[]);
        check(
            &[("a.jpg", 10 * MB + 1), ("b.txt", 0), ("c.jpg", 3)],
            &["“a.jpg” has 10.5 MB; a file may have 10 MB at most", "“b.txt” is empty"],
        );
        check(&[("a", 10 * MB), ("b", 10 * MB), ("c", 5 * MB)], &[]);
        check(
            &[("a", 10 * MB), ("b", 10 * MB), ("c", 5 * MB + 1), ("d", 1)],
            &["together they have more than 25 MB; send “c” and what follows it by itself"],
        );
        let names: Vec<_> = (1..=12).map(|n| format!("{n}.png")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
        check(&many[..10], &[]);
        check(&many, &["these are 12; send 10 at a time, without “11.png” and what follows it"]);
    }

    #[test]
    fn no_more_is_held_than_may_be_taken() {
        let mut tally = Tally::default();
        assert!(!tally.add(1), "no file has begun");
        let mut held = 0;
        for n in 0..1_000 {
            tally.begin(&n.to_string());
            for _ in 0..30 {
                held += if tally.add(MB) { MB } else { 0 };
            }
        }
        assert!(held <= ALL_BYTES_MAX && tally.files.len() == FILES_MAX + 1, "{held}");
        assert_eq!(tally.wrong().len(), FILES_MAX + 1);
    }

    #[test]
    fn the_form_says_what_is_refused() {
        for words in [format!("{FILES_MAX} files"), format!("{} MB each", FILE_BYTES_MAX / MB), "25 MB in all".into()] {
            assert!(LIMITS.contains(&words), "{words}");
        }
        assert_eq!(ALL_BYTES_MAX, 25 * MB);
    }

    #[test]
    fn a_mail_names_the_files() {
        assert_eq!(mailed("See here.", &[]), "See here.");
        assert_eq!(mailed(&wordless(2), &["a", "b"]), "Added 2 files.\n\nOn the ticket's page: a, b.");
        assert_eq!(wordless(1), "Added 1 file.");
    }
}
