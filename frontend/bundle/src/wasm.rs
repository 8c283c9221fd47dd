//! The browser half: wasm-bindgen's glue, and wasm-opt.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::error::{BundleError, Step};

/// The stem of every file of the application in the site.
pub(crate) const NAME: &str = "faultdesk";

/// What `rustc` emits for wasm32-unknown-unknown by default; wasm-opt refuses what it is not told to expect.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The module and what loads it.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) module: Vec<u8>,
    pub(crate) glue: Glue,
}

/// The script that loads the module, and the scripts that crates bring along.
#[derive(Debug)]
pub(crate) struct Glue {
    pub(crate) script: String,
    pub(crate) snippets: Snippets,
}

/// Scripts by their path under `snippets/`.
pub(crate) type Snippets = BTreeMap<PathBuf, String>;

/// Runs wasm-bindgen on the module that cargo built.
pub(crate) fn bind(path: &Path) -> Result<Browser, BundleError> {
    // `{:#}` prints the whole chain of reasons.
    let failed = |reason| BundleError::new(Step::WasmBindgen, path, format_args!("{reason:#}"));
    let mut output = Bindgen::new()
        .input_path(path)
        .out_name(NAME)
        // Names of functions are two thirds of the module, since they spell out every view's type. A panic says its
        // file and line without them.
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(|bindgen| bindgen.typescript(false).omit_default_module_path(false).generate_output())
        .map_err(failed)?;
    if let Some(package) = output.npm_dependencies().keys().next() {
        let reason = format!("a crate asks for the npm package {package}, and this site is built without npm");
        return Err(BundleError::new(Step::WasmBindgen, path, reason));
    }
    let mut snippets: Snippets =
        output.local_modules().iter().map(|(name, script)| (PathBuf::from(name), script.clone())).collect();
    for (owner, scripts) in output.snippets() {
        for (index, script) in scripts.iter().enumerate() {
            snippets.insert(Path::new(owner).join(format!("inline{index}.js")), script.clone());
        }
    }
    let glue = Glue { script: output.js().to_owned(), snippets };
    Ok(Browser { module: output.wasm_mut().emit_wasm(), glue })
}

/// Makes the module smaller with wasm-opt.
pub(crate) fn optimise(tool: &Path, module: &[u8]) -> Result<Vec<u8>, BundleError> {
    let folder = tempfile::tempdir().map_err(BundleError::at(Step::WasmOpt, Path::new("temporary folder")))?;
    let (before, after) = (folder.path().join("before.wasm"), folder.path().join("after.wasm"));
    fs::write(&before, module).map_err(BundleError::at(Step::WasmOpt, &before))?;
    let done = Command::new(tool)
        .arg("-Oz")
        .args(WASM_FEATURES)
        .args(["--strip-debug", "--strip-producers"])
        .arg(&before)
        .arg("-o")
        .arg(&after)
        .output()
        .map_err(BundleError::at(Step::WasmOpt, tool))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(BundleError::new(Step::WasmOpt, tool, format!("{}: {}", done.status, said.trim())));
    }
    fs::read(&after).map_err(BundleError::at(Step::WasmOpt, &after))
}

/// The file that `name` stands for: itself when it has a folder, otherwise the first of that name on `PATH`.
pub(crate) fn find_wasm_opt(name: &Path) -> Result<PathBuf, BundleError> {
    let on_path = || {
        let folders = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
    };
    let found = if name.components().count() == 1 { on_path() } else { Some(name.to_path_buf()) };
    found.filter(|file| file.is_file()).ok_or_else(|| {
        let reason = "not found; install it (npm package `binaryen`) or name it with --wasm-opt";
        BundleError::new(Step::WasmOpt, name, reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest module there is: a magic number and a version.
    const EMPTY_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

    #[test]
    fn the_glue_loads_the_module_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frontend.wasm");
        fs::write(&path, EMPTY_MODULE).unwrap();
        let browser = bind(&path).unwrap();
        assert!(browser.glue.script.contains("'faultdesk_bg.wasm'"), "{}", browser.glue.script);
        assert!(browser.module.starts_with(&EMPTY_MODULE));
        assert!(browser.glue.snippets.is_empty());
    }

    #[test]
    fn a_file_that_is_no_module_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frontend.wasm");
        fs::write(&path, "text").unwrap();
        let error = bind(&path).unwrap_err();
        assert_eq!(error.step, Step::WasmBindgen);
        assert!(error.to_string().contains("frontend.wasm"), "{error}");
    }

    #[test]
    fn a_missing_wasm_opt_is_named() {
        let error = find_wasm_opt(Path::new("no/such/wasm-opt")).unwrap_err();
        assert!(error.to_string().starts_with("wasm-opt: no/such/wasm-opt: not found"), "{error}");
        assert!(find_wasm_opt(Path::new("no-such-wasm-opt-on-the-path")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_wasm_opt_says_is_passed_on() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let tool = folder.path().join("wasm-opt");
        fs::write(&tool, "#!/bin/sh\necho 'unexpected feature' >&2\nexit 3\n").unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        let error = optimise(&tool, &EMPTY_MODULE).unwrap_err();
        assert!(error.to_string().contains("unexpected feature"), "{error}");
    }
}
