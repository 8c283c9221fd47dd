//! The site as a folder: names with content hashes, compressed neighbours, a manifest, and an exchange in one step.
//!
//! ```text
//! pkg/faultdesk.HASH.js  pkg/faultdesk_bg.HASH.wasm  pkg/faultdesk.HASH.css   may be cached for ever
//! <static files>         under their own names
//! *.br  *.gz             beside each file that is worth compressing
//! manifest.json          addresses and sizes of the three
//! .fingerprint           what the site was built from, and what must be there
//! ```

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::compress::{Effort, compress};
use crate::error::{BundleError, Step};
use crate::fingerprint::{Fingerprint, files_below, folder_of, name_hash};
use crate::wasm::{Glue, NAME};

const FINGERPRINT_FILE: &str = ".fingerprint";
const MANIFEST_FILE: &str = "manifest.json";

/// What a site is put together from.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) glue: Glue,
    pub(crate) module: Vec<u8>,
    pub(crate) css: String,
    /// The folder of the static files.
    pub(crate) assets: &'a Path,
}

/// What there was to do.
#[derive(Debug)]
pub(crate) enum Outcome {
    Unchanged,
    Built(Manifest),
}

/// `manifest.json`: where the page finds its script, module and style sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Manifest {
    js: String,
    wasm: String,
    css: String,
    sizes: Sizes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Sizes {
    js: Size,
    wasm: Size,
    css: Size,
}

/// Bytes as they are, as brotli and as gzip; a file too small to compress has only the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Size {
    raw: usize,
    br: Option<usize>,
    gz: Option<usize>,
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [(&self.js, &self.sizes.js), (&self.wasm, &self.sizes.wasm), (&self.css, &self.sizes.css)];
        for (address, size) in rows {
            write!(f, "bundle: {address}  {} bytes", size.raw)?;
            if let (Some(br), Some(gz)) = (size.br, size.gz) {
                write!(f, ", brotli {br}, gzip {gz}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The folder of the site, held against other runs of this program until dropped.
#[derive(Debug)]
pub(crate) struct Site {
    out: PathBuf,
    /// Closing it releases the lock, also when the process dies.
    _lock: File,
}

impl Site {
    /// Waits until no other run works on the same site.
    pub(crate) fn lock(out: &Path) -> Result<Self, BundleError> {
        let folder = folder_of(out);
        fs::create_dir_all(folder).map_err(BundleError::at(Step::Write, folder))?;
        let path = beside(out, "lock");
        let lock = File::create(&path).map_err(BundleError::at(Step::Write, &path))?;
        lock.lock().map_err(BundleError::at(Step::Write, &path))?;
        Ok(Self { out: out.to_path_buf(), _lock: lock })
    }

    /// Whether the folder holds a whole site made from exactly these inputs.
    pub(crate) fn is_built_from(&self, fingerprint: &Fingerprint) -> bool {
        let Ok(record) = fs::read_to_string(self.out.join(FINGERPRINT_FILE)) else {
            return false;
        };
        let mut lines = record.lines();
        lines.next() == Some(fingerprint.as_str()) && lines.all(|line| self.has_file(line))
    }

    /// Whether the file of a record line, `BYTES PATH`, is there with that length.
    fn has_file(&self, line: &str) -> bool {
        let Some((bytes, name)) = line.split_once(' ') else {
            return false;
        };
        fs::metadata(self.out.join(name)).is_ok_and(|file| file.len().to_string() == bytes)
    }

    /// Builds the site beside the old one and exchanges the two.
    pub(crate) fn build(
        &self,
        parts: &Parts,
        effort: Effort,
        fingerprint: &Fingerprint,
    ) -> Result<Manifest, BundleError> {
        let mut fresh = Fresh::begin(beside(&self.out, "new"), effort)?;
        fresh.copy_assets(parts.assets)?;
        let manifest = fresh.put_package(parts)?;
        fresh.finish(&manifest, fingerprint)?;
        self.exchange(&fresh.folder)?;
        Ok(manifest)
    }

    /// Puts `fresh` where the site is. The lock keeps other runs out; a run killed between the two renames leaves no
    /// site, and the next one builds it.
    fn exchange(&self, fresh: &Path) -> Result<(), BundleError> {
        let old = beside(&self.out, "old");
        remove_folder(&old)?;
        if self.out.exists() {
            fs::rename(&self.out, &old).map_err(BundleError::at(Step::Write, &self.out))?;
        }
        fs::rename(fresh, &self.out).map_err(BundleError::at(Step::Write, &self.out))?;
        remove_folder(&old)
    }
}

/// A site being built.
struct Fresh {
    folder: PathBuf,
    effort: Effort,
    /// Path in the site and length, of every file written.
    written: Vec<(PathBuf, usize)>,
}

impl Fresh {
    fn begin(folder: PathBuf, effort: Effort) -> Result<Self, BundleError> {
        remove_folder(&folder)?;
        fs::create_dir_all(&folder).map_err(BundleError::at(Step::Write, &folder))?;
        Ok(Self { folder, effort, written: Vec::new() })
    }

    fn copy_assets(&mut self, assets: &Path) -> Result<(), BundleError> {
        for name in files_below(assets, Step::Assets)? {
            if name.starts_with("pkg") || name == Path::new(MANIFEST_FILE) || name == Path::new(FINGERPRINT_FILE) {
                let reason = "this name belongs to the bundler; please rename the file";
                return Err(BundleError::new(Step::Assets, &assets.join(name), reason));
            }
            let path = assets.join(&name);
            let content = fs::read(&path).map_err(BundleError::at(Step::Assets, &path))?;
            self.put(&name, &content)?;
        }
        Ok(())
    }

    fn put_package(&mut self, parts: &Parts) -> Result<Manifest, BundleError> {
        let css = parts.css.as_bytes();
        let wasm_name = hashed_name(&format!("{NAME}_bg"), &parts.module, "wasm");
        let script = self.put_snippets(&parts.glue)?;
        let script = name_module(&script, &wasm_name).ok_or_else(|| {
            let reason = "the script does not load the module in the way this program knows; was wasm-bindgen updated?";
            BundleError::new(Step::WasmBindgen, Path::new(&wasm_name), reason)
        })?;
        let js_name = hashed_name(NAME, script.as_bytes(), "js");
        let css_name = hashed_name(NAME, css, "css");
        let pkg = Path::new("pkg");
        Ok(Manifest {
            sizes: Sizes {
                js: self.put(&pkg.join(&js_name), script.as_bytes())?,
                wasm: self.put(&pkg.join(&wasm_name), &parts.module)?,
                css: self.put(&pkg.join(&css_name), css)?,
            },
            js: format!("/pkg/{js_name}"),
            wasm: format!("/pkg/{wasm_name}"),
            css: format!("/pkg/{css_name}"),
        })
    }

    /// Writes the snippets into a folder named after their content, and returns the script that imports them there.
    fn put_snippets(&mut self, glue: &Glue) -> Result<String, BundleError> {
        if glue.snippets.is_empty() {
            return Ok(glue.script.clone());
        }
        let mut all = Vec::new();
        for (name, script) in &glue.snippets {
            all.extend_from_slice(name.as_os_str().as_encoded_bytes());
            all.push(0);
            all.extend_from_slice(script.as_bytes());
            all.push(0);
        }
        let folder = format!("snippets.{}", name_hash(&all));
        for (name, script) in &glue.snippets {
            self.put(&Path::new("pkg").join(&folder).join(name), script.as_bytes())?;
        }
        Ok(glue
            .script
            .replace("'./snippets/", &format!("'./{folder}/"))
            .replace("\"./snippets/", &format!("\"./{folder}/")))
    }

    /// Writes one file and, where it pays, its compressed neighbours.
    fn put(&mut self, name: &Path, content: &[u8]) -> Result<Size, BundleError> {
        self.write(name, content)?;
        let done = compress(name, content, self.effort).map_err(BundleError::at(Step::Compress, name))?;
        let mut size = Size { raw: content.len(), br: None, gz: None };
        if let Some(done) = done {
            self.write(&with_suffix(name, ".br"), &done.brotli)?;
            self.write(&with_suffix(name, ".gz"), &done.gzip)?;
            size = Size { br: Some(done.brotli.len()), gz: Some(done.gzip.len()), ..size };
        }
        Ok(size)
    }

    fn write(&mut self, name: &Path, content: &[u8]) -> Result<(), BundleError> {
        let path = self.folder.join(name);
        let folder = folder_of(&path);
        fs::create_dir_all(folder).map_err(BundleError::at(Step::Write, folder))?;
        fs::write(&path, content).map_err(BundleError::at(Step::Write, &path))?;
        self.written.push((name.to_path_buf(), content.len()));
        Ok(())
    }

    /// Writes the record and, last of all, the manifest.
    fn finish(&mut self, manifest: &Manifest, fingerprint: &Fingerprint) -> Result<(), BundleError> {
        let path = self.folder.join(MANIFEST_FILE);
        let mut text = serde_json::to_string_pretty(manifest).map_err(BundleError::at(Step::Write, &path))?;
        text.push('\n');
        self.written.push((PathBuf::from(MANIFEST_FILE), text.len()));

        let mut record = format!("{}\n", fingerprint.as_str());
        for (name, bytes) in &self.written {
            record.push_str(&format!("{bytes} {}\n", name.display()));
        }
        let record_path = self.folder.join(FINGERPRINT_FILE);
        fs::write(&record_path, record).map_err(BundleError::at(Step::Write, &record_path))?;
        fs::write(&path, text).map_err(BundleError::at(Step::Write, &path))
    }
}

/// `faultdesk`, `js` → `faultdesk.0123456789abcdef.js`.
fn hashed_name(stem: &str, content: &[u8], extension: &str) -> String {
    format!("{stem}.{}.{extension}", name_hash(content))
}

/// The script with the module's hashed name in it, or nothing when it does not name the module.
fn name_module(script: &str, wasm_name: &str) -> Option<String> {
    let plain = format!("{NAME}_bg.wasm");
    script.contains(&plain).then(|| script.replace(&plain, wasm_name))
}

/// `a/b.js`, `.br` → `a/b.js.br`.
fn with_suffix(name: &Path, suffix: &str) -> PathBuf {
    let mut longer = name.as_os_str().to_owned();
    longer.push(suffix);
    PathBuf::from(longer)
}

/// `target/site`, `new` → `target/.site.new`: on the same file system, so that a rename is enough.
fn beside(out: &Path, role: &str) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    folder_of(out).join(format!(".{name}.{role}"))
}

fn remove_folder(path: &Path) -> Result<(), BundleError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BundleError::new(Step::Write, path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::Snippets;
    use tempfile::TempDir;

    const SCRIPT: &str = "const url = new URL('faultdesk_bg.wasm', import.meta.url);";

    struct Trial {
        folder: TempDir,
        fingerprint: Fingerprint,
    }

    impl Trial {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("public/fonts")).unwrap();
            fs::write(folder.path().join("public/robots.txt"), "User-agent: *\n").unwrap();
            fs::write(folder.path().join("public/fonts/text.woff2"), vec![7; 1_000]).unwrap();
            Self { folder, fingerprint: Fingerprint::invented("first") }
        }

        fn out(&self) -> PathBuf {
            self.folder.path().join("target/site")
        }

        fn build(&self, module: &[u8], css: &str) -> Result<Manifest, BundleError> {
            self.build_with(Glue { script: SCRIPT.to_owned(), snippets: Snippets::new() }, module, css)
        }

        fn build_with(&self, glue: Glue, module: &[u8], css: &str) -> Result<Manifest, BundleError> {
            let assets = &self.folder.path().join("public");
            let parts = Parts { glue, module: module.to_vec(), css: css.to_owned(), assets };
            Site::lock(&self.out())?.build(&parts, Effort::Quick, &self.fingerprint)
        }

        fn read(&self, address: &str) -> String {
            fs::read_to_string(self.out().join(address.trim_start_matches('/'))).unwrap()
        }
    }

    #[test]
    fn names_carry_the_hash_of_the_content() {
        let trial = Trial::new();
        let manifest = trial.build(b"abc", "a{color:red}").unwrap();
        assert_eq!(manifest.wasm, "/pkg/faultdesk_bg.ba7816bf8f01cfea.wasm");
        assert_eq!(manifest.css, format!("/pkg/faultdesk.{}.css", name_hash(b"a{color:red}")));
        let script = trial.read(&manifest.js);
        assert_eq!(manifest.js, format!("/pkg/faultdesk.{}.js", name_hash(script.as_bytes())));
        assert_eq!(trial.read(&manifest.css), "a{color:red}");
    }

    #[test]
    fn the_script_loads_the_hashed_module_and_changes_its_own_name_with_it() {
        let trial = Trial::new();
        let one = trial.build(b"one", "").unwrap();
        assert!(trial.read(&one.js).contains(&format!("'faultdesk_bg.{}.wasm'", name_hash(b"one"))));
        let two = trial.build(b"two", "").unwrap();
        assert_ne!(one.js, two.js);
    }

    #[test]
    fn a_script_that_does_not_name_the_module_is_refused() {
        let glue = Glue { script: "export {}".to_owned(), snippets: Snippets::new() };
        let error = Trial::new().build_with(glue, b"m", "").unwrap_err();
        assert_eq!(error.step, Step::WasmBindgen);
    }

    #[test]
    fn snippets_are_imported_from_a_folder_named_after_their_content() {
        let trial = Trial::new();
        let snippets = Snippets::from([(PathBuf::from("some-crate-0/inline0.js"), "export const x = 1;".to_owned())]);
        let script = format!("import {{ x }} from './snippets/some-crate-0/inline0.js';\n{SCRIPT}");
        let manifest = trial.build_with(Glue { script, snippets }, b"m", "").unwrap();
        let script = trial.read(&manifest.js);
        let (_, rest) = script.split_once("from './").unwrap();
        let (address, _) = rest.split_once('\'').unwrap();
        assert!(address.starts_with("snippets."), "{address}");
        assert_eq!(trial.read(&format!("/pkg/{address}")), "export const x = 1;");
    }

    #[test]
    fn static_files_keep_their_names() {
        let trial = Trial::new();
        trial.build(b"m", "").unwrap();
        assert_eq!(trial.read("robots.txt"), "User-agent: *\n");
        assert!(trial.out().join("fonts/text.woff2").exists());
        assert!(!trial.out().join("fonts/text.woff2.br").exists());
    }

    #[test]
    fn a_static_file_may_not_take_a_name_of_the_bundler() {
        for name in ["pkg/x.js", "manifest.json"] {
            let trial = Trial::new();
            let path = trial.folder.path().join("public").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            let error = trial.build(b"m", "").unwrap_err();
            assert_eq!(error.step, Step::Assets);
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn compressed_files_lie_beside_and_are_counted() {
        let trial = Trial::new();
        let css = "a{color:red}".repeat(100);
        let manifest = trial.build(&vec![0; 10_000], &css).unwrap();
        let on_disk = |address: &str, suffix: &str| {
            fs::metadata(trial.out().join(address.trim_start_matches('/').to_owned() + suffix)).unwrap().len()
        };
        for (address, size) in [(&manifest.css, manifest.sizes.css), (&manifest.wasm, manifest.sizes.wasm)] {
            assert_eq!(on_disk(address, ""), u64::try_from(size.raw).unwrap());
            assert_eq!(on_disk(address, ".br"), u64::try_from(size.br.unwrap()).unwrap());
            assert_eq!(on_disk(address, ".gz"), u64::try_from(size.gz.unwrap()).unwrap());
        }
        assert_eq!(manifest.sizes.js.br, None);
    }

    #[test]
    fn the_manifest_is_written_as_promised() {
        let trial = Trial::new();
        let manifest = trial.build(b"m", "a{}").unwrap();
        let read: serde_json::Value = serde_json::from_str(&trial.read("manifest.json")).unwrap();
        assert_eq!(
            read,
            serde_json::json!({
                "js": manifest.js, "wasm": manifest.wasm, "css": manifest.css,
                "sizes": {
                    "js": {"raw": manifest.sizes.js.raw, "br": null, "gz": null},
                    "wasm": {"raw": 1, "br": null, "gz": null},
                    "css": {"raw": 3, "br": null, "gz": null},
                },
            })
        );
    }

    #[test]
    fn a_new_site_replaces_the_old_one_and_leaves_nothing_else() {
        let trial = Trial::new();
        let one = trial.build(b"one", "").unwrap();
        let two = trial.build(b"two", "").unwrap();
        assert!(!trial.out().join(one.wasm.trim_start_matches('/')).exists());
        assert!(trial.out().join(two.wasm.trim_start_matches('/')).exists());
        let left = files_below(&trial.folder.path().join("target"), Step::Inputs).unwrap();
        let strangers: Vec<_> = left.iter().filter(|name| !name.starts_with("site")).collect();
        assert_eq!(strangers, [Path::new(".site.lock")]);
    }

    #[test]
    fn a_failed_build_leaves_the_old_site() {
        let trial = Trial::new();
        let manifest = trial.build(b"one", "").unwrap();
        let glue = Glue { script: String::new(), snippets: Snippets::new() };
        trial.build_with(glue, b"two", "").unwrap_err();
        assert!(trial.out().join(manifest.wasm.trim_start_matches('/')).exists());
    }

    #[test]
    fn a_whole_site_of_the_same_inputs_is_recognised() {
        let trial = Trial::new();
        trial.build(b"m", "").unwrap();
        let site = Site::lock(&trial.out()).unwrap();
        assert!(site.is_built_from(&trial.fingerprint));
        assert!(!site.is_built_from(&Fingerprint::invented("second")));
    }

    #[test]
    fn a_damaged_site_is_recognised() {
        for damage in [|path: &Path| fs::remove_file(path), |path: &Path| fs::write(path, "cut")] {
            for name in ["manifest.json", "robots.txt"] {
                let trial = Trial::new();
                trial.build(b"m", "").unwrap();
                damage(&trial.out().join(name)).unwrap();
                assert!(!Site::lock(&trial.out()).unwrap().is_built_from(&trial.fingerprint), "{name}");
            }
        }
    }

    #[test]
    fn no_site_is_no_match() {
        let trial = Trial::new();
        assert!(!Site::lock(&trial.out()).unwrap().is_built_from(&trial.fingerprint));
    }
}
