//! The one error of this program: which step failed, on which file, and why.

use std::fmt;
use std::path::{Path, PathBuf};

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Inputs,
    WasmBindgen,
    WasmOpt,
    Scss,
    Css,
    Assets,
    Compress,
    Write,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inputs => "reading the inputs",
            Self::WasmBindgen => "wasm-bindgen",
            Self::WasmOpt => "wasm-opt",
            Self::Scss => "compiling SCSS",
            Self::Css => "minifying CSS",
            Self::Assets => "copying the static files",
            Self::Compress => "compressing",
            Self::Write => "writing the site",
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{step}: {}: {reason}", file.display())]
pub(crate) struct BundleError {
    pub(crate) step: Step,
    pub(crate) file: PathBuf,
    /// A sentence for a person. The libraries' own errors borrow from their input or are boxed, so only their text is kept.
    pub(crate) reason: String,
}

impl BundleError {
    pub(crate) fn new(step: Step, file: &Path, reason: impl fmt::Display) -> Self {
        Self { step, file: file.to_path_buf(), reason: reason.to_string() }
    }

    /// For `map_err`: `fs::read(path).map_err(BundleError::at(Step::Inputs, path))`.
    pub(crate) fn at<E: fmt::Display>(step: Step, file: &Path) -> impl FnOnce(E) -> Self {
        move |reason| Self::new(step, file, reason)
    }
}
