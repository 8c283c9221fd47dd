//! Turns the browser half, the styles and the static files into the served site.
//!
//! The same job as the end of `cargo leptos build`, from the workspace's own lock file, so that the version of
//! wasm-bindgen cannot drift. What it leaves in `--out` is described in `site.rs`.

mod compress;
mod error;
mod fingerprint;
mod site;
mod style;
mod wasm;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::compress::Effort;
use crate::error::BundleError;
use crate::fingerprint::Fingerprint;
use crate::site::{Outcome, Parts, Site};
use crate::wasm::Browser;

/// Builds the served site: wasm-bindgen, wasm-opt, SCSS, content hashes, brotli and gzip.
///
/// Does nothing when no input has changed since the site in --out was built.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example:\n  bundle --wasm target/wasm/wasm32-unknown-unknown/wasm/frontend.wasm --style style/main.scss \
                  --assets style/public --out target/site"
)]
pub(crate) struct Options {
    /// The browser half as cargo built it, before wasm-bindgen.
    #[arg(long, value_name = "FILE")]
    wasm: PathBuf,
    /// The main style sheet; everything in its folder is taken as an input.
    #[arg(long, value_name = "FILE")]
    style: PathBuf,
    /// Files to copy to the root of the site under their own names.
    #[arg(long, value_name = "FOLDER")]
    assets: PathBuf,
    /// Where the site goes; what is there is replaced.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Run wasm-opt and compress as well as possible: smaller, slower.
    #[arg(long, overrides_with = "no_optimise")]
    optimise: bool,
    /// The opposite, and the default.
    #[arg(long, overrides_with = "optimise")]
    no_optimise: bool,
    /// The wasm-opt to run with --optimise.
    #[arg(long, value_name = "FILE", default_value = "wasm-opt")]
    wasm_opt: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(Outcome::Unchanged) => println!("bundle: the site is up to date"),
        Ok(Outcome::Built(manifest)) => print!("{manifest}"),
        Err(error) => {
            eprintln!("bundle: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn run(options: &Options) -> Result<Outcome, BundleError> {
    let site = Site::lock(&options.out)?;
    let wasm_opt = options.optimise.then(|| wasm::find_wasm_opt(&options.wasm_opt)).transpose()?;
    let fingerprint = Fingerprint::of_inputs(options, wasm_opt.as_deref())?;
    if site.is_built_from(&fingerprint) {
        return Ok(Outcome::Unchanged);
    }

    let Browser { module, glue } = wasm::bind(&options.wasm)?;
    let module = match &wasm_opt {
        Some(tool) => wasm::optimise(tool, &module)?,
        None => module,
    };
    let css = style::compile(&options.style)?;
    let effort = if options.optimise { Effort::Best } else { Effort::Quick };
    let parts = Parts { glue, module, css, assets: &options.assets };
    site.build(&parts, effort, &fingerprint).map(Outcome::Built)
}
