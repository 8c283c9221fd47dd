//! Hashes: the short ones in file names, and the one over everything the site is made from.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Options;
use crate::error::{BundleError, Step};

/// 64 bits: enough that two versions of one file never share a name, short enough to read.
const NAME_HASH_DIGITS: usize = 16;

/// The first 16 hexadecimal digits of the SHA-256 of `content`, as used in file names.
pub(crate) fn name_hash(content: &[u8]) -> String {
    let mut digits = hex(&Sha256::digest(content));
    digits.truncate(NAME_HASH_DIGITS);
    digits
}

/// Everything the site depends on, as one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    /// Reads all inputs: the module, the folder of the style sheet, the static files, the tools and the options.
    pub(crate) fn of_inputs(options: &Options, wasm_opt: Option<&Path>) -> Result<Self, BundleError> {
        let mut hasher = Hasher::default();
        // This program is an input too: another version of it may make another site.
        let program = std::env::current_exe().map_err(BundleError::at(Step::Inputs, Path::new("bundle")))?;
        hasher.file("program", &program)?;
        if let Some(tool) = wasm_opt {
            hasher.file("wasm-opt", tool)?;
        }
        hasher.part("optimise", &[u8::from(options.optimise)]);
        hasher.file("wasm", &options.wasm)?;
        hasher.part("style", options.style.as_os_str().as_encoded_bytes());
        hasher.tree("styles", folder_of(&options.style))?;
        hasher.tree("assets", &options.assets)?;
        Ok(hasher.finish())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn invented(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The folder a file is in; `.` for a bare name.
pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// All files below `folder`, sorted, as paths relative to it. An absent folder has no files.
pub(crate) fn files_below(folder: &Path, step: Step) -> Result<Vec<PathBuf>, BundleError> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let here = folder.join(&relative);
        if !here.exists() {
            continue;
        }
        for entry in fs::read_dir(&here).map_err(BundleError::at(step, &here))? {
            let entry = entry.map_err(BundleError::at(step, &here))?;
            let name = relative.join(entry.file_name());
            // Follows links, so that a linked folder of fonts is copied like any other.
            let kind = fs::metadata(entry.path()).map_err(BundleError::at(step, &entry.path()))?;
            if kind.is_dir() {
                open.push(name);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[derive(Default)]
struct Hasher(Sha256);

impl Hasher {
    /// Lengths go in front, so that moving a byte from one part to the next changes the result.
    fn part(&mut self, label: &str, content: &[u8]) {
        for bytes in [label.as_bytes(), content] {
            self.0.update(bytes.len().to_le_bytes());
            self.0.update(bytes);
        }
    }

    fn file(&mut self, label: &str, path: &Path) -> Result<(), BundleError> {
        let content = fs::read(path).map_err(BundleError::at(Step::Inputs, path))?;
        self.part(label, &content);
        Ok(())
    }

    fn tree(&mut self, label: &str, folder: &Path) -> Result<(), BundleError> {
        for name in files_below(folder, Step::Inputs)? {
            self.part(label, name.as_os_str().as_encoded_bytes());
            self.file(label, &folder.join(&name))?;
        }
        Ok(())
    }

    fn finish(self) -> Fingerprint {
        Fingerprint(hex(&self.0.finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use tempfile::TempDir;

    /// A folder with one of each input, and the options that name them.
    fn inputs() -> (TempDir, Options) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("style/public/fonts")).unwrap();
        fs::write(at("app.wasm"), b"module").unwrap();
        fs::write(at("style/main.scss"), "@use 'tokens';").unwrap();
        fs::write(at("style/tokens.scss"), "a { color: red }").unwrap();
        fs::write(at("style/public/fonts/text.woff2"), b"font").unwrap();
        let options = options_in(folder.path(), &[]);
        (folder, options)
    }

    fn options_in(folder: &Path, more: &[&str]) -> Options {
        let at = |name: &str| folder.join(name).into_os_string().into_string().unwrap();
        let given = [at("app.wasm"), at("style/main.scss"), at("style/public"), at("site")];
        let mut words = vec!["bundle".to_owned()];
        for (flag, value) in ["--wasm", "--style", "--assets", "--out"].iter().zip(given) {
            words.extend([(*flag).to_owned(), value]);
        }
        words.extend(more.iter().map(|word| (*word).to_owned()));
        Options::parse_from(words)
    }

    fn of(options: &Options) -> Fingerprint {
        Fingerprint::of_inputs(options, None).unwrap()
    }

    #[test]
    fn a_name_hash_is_the_start_of_the_sha256() {
        assert_eq!(name_hash(b"abc"), "ba7816bf8f01cfea");
    }

    #[test]
    fn untouched_inputs_keep_the_fingerprint() {
        let (_folder, options) = inputs();
        assert_eq!(of(&options), of(&options));
    }

    #[test]
    fn every_input_changes_the_fingerprint() {
        for file in ["app.wasm", "style/main.scss", "style/tokens.scss", "style/public/fonts/text.woff2"] {
            let (folder, options) = inputs();
            let before = of(&options);
            fs::write(folder.path().join(file), b"something else").unwrap();
            assert_ne!(before, of(&options), "{file}");
        }
    }

    #[test]
    fn a_new_a_renamed_and_a_removed_file_change_the_fingerprint() {
        let (folder, options) = inputs();
        let at = |name: &str| folder.path().join(name);
        let first = of(&options);
        fs::write(at("style/public/robots.txt"), "").unwrap();
        let added = of(&options);
        fs::rename(at("style/public/robots.txt"), at("style/public/humans.txt")).unwrap();
        let renamed = of(&options);
        fs::remove_file(at("style/public/humans.txt")).unwrap();
        assert_ne!(first, added);
        assert_ne!(added, renamed);
        assert_eq!(first, of(&options));
    }

    #[test]
    fn optimising_and_its_tool_change_the_fingerprint() {
        let (folder, plain) = inputs();
        let optimised = options_in(folder.path(), &["--optimise"]);
        let tool = folder.path().join("wasm-opt");
        fs::write(&tool, "one").unwrap();
        let one = Fingerprint::of_inputs(&optimised, Some(&tool)).unwrap();
        fs::write(&tool, "two").unwrap();
        let two = Fingerprint::of_inputs(&optimised, Some(&tool)).unwrap();
        assert_ne!(of(&plain), of(&optimised));
        assert_ne!(one, two);
    }

    #[test]
    fn the_later_of_two_contrary_flags_counts() {
        let folder = Path::new("/nowhere");
        assert!(!options_in(folder, &["--optimise", "--no-optimise"]).optimise);
        assert!(options_in(folder, &["--no-optimise", "--optimise"]).optimise);
    }

    #[test]
    fn a_missing_module_is_named() {
        let (folder, options) = inputs();
        fs::remove_file(folder.path().join("app.wasm")).unwrap();
        let error = Fingerprint::of_inputs(&options, None).unwrap_err();
        assert_eq!(error.step, Step::Inputs);
        assert!(error.to_string().contains("app.wasm"), "{error}");
    }

    #[test]
    fn a_bare_name_lies_in_the_working_folder() {
        assert_eq!(folder_of(Path::new("main.scss")), Path::new("."));
        assert_eq!(folder_of(Path::new("style/main.scss")), Path::new("style"));
    }
}
