//! SCSS to one small style sheet.

use std::path::Path;

use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions, StyleSheet};
use lightningcss::targets::{Browsers, Features, Targets};

use crate::error::{BundleError, Step};
use crate::fingerprint::folder_of;

/// Compiles the style sheet at `path` with everything it uses, and minifies the result.
pub(crate) fn compile(path: &Path) -> Result<String, BundleError> {
    let options = grass::Options::default().load_path(folder_of(path));
    let css = grass::from_path(path, &options).map_err(BundleError::at(Step::Scss, path))?;
    minify(&css).map_err(|reason| BundleError::new(Step::Css, path, reason))
}

/// The first browsers that know `light-dark()`; all of them know nesting and `@layer` too.
fn targets() -> Targets {
    let version = |major: u32, minor: u32| Some((major << 16) | (minor << 8));
    Targets {
        browsers: Some(Browsers {
            chrome: version(123, 0),
            edge: version(123, 0),
            firefox: version(120, 0),
            safari: version(17, 5),
            ios_saf: version(17, 5),
            ..Browsers::default()
        }),
        include: Features::empty(),
        // Both themes live in one declaration: rewriting `light-dark()` would double them.
        exclude: Features::LightDark | Features::Nesting,
    }
}

fn minify(css: &str) -> Result<String, String> {
    let mut sheet = StyleSheet::parse(css, ParserOptions::default()).map_err(|error| error.to_string())?;
    sheet
        .minify(MinifyOptions { targets: targets(), ..MinifyOptions::default() })
        .map_err(|error| error.to_string())?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets: targets(), ..PrinterOptions::default() })
        .map_err(|error| error.to_string())?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn compiled(scss: &str) -> Result<String, BundleError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("_tokens.scss"), "$gap: 8px;").unwrap();
        fs::write(folder.path().join("main.scss"), scss).unwrap();
        compile(&folder.path().join("main.scss"))
    }

    #[test]
    fn light_dark_stays_as_it_is() {
        let css = compiled(":root{color-scheme:light dark;--ink:light-dark(#000,#fff);color:light-dark(red,blue)}");
        assert_eq!(
            css.unwrap(),
            ":root{color-scheme:light dark;--ink:light-dark(#000,#fff);color:light-dark(red,#00f)}"
        );
    }

    #[test]
    fn layers_and_nesting_stay_as_they_are() {
        // Only the statement that fixes the order of the layers is folded into the layers themselves.
        let css = "@layer base, page; @layer page { .x { color: red; &:hover { color: green } } } @layer base { .x { margin: 0 } }";
        let small = "@layer base{.x{margin:0}}@layer page{.x{color:red;&:hover{color:green}}}";
        assert_eq!(minify(css).unwrap(), small);
    }

    #[test]
    fn modules_of_the_same_folder_are_found() {
        assert_eq!(compiled("@use 'tokens';\n.a { gap: tokens.$gap * 2; }").unwrap(), ".a{gap:16px}");
    }

    #[test]
    fn container_queries_and_colour_mixing_pass_through() {
        let css =
            compiled("@container (min-width: 40rem) { .a { color: color-mix(in oklab, var(--x) 12%, transparent); } }");
        assert_eq!(css.unwrap(), "@container (width>=40rem){.a{color:color-mix(in oklab, var(--x) 12%, transparent)}}");
    }

    #[test]
    fn a_mistake_in_a_style_sheet_is_named() {
        let error = compiled(".a { color: ").unwrap_err();
        assert_eq!(error.step, Step::Scss);
        assert!(error.to_string().contains("main.scss"), "{error}");
    }

    #[test]
    fn a_missing_style_sheet_is_named() {
        let error = compile(Path::new("no/such/main.scss")).unwrap_err();
        assert!(error.to_string().starts_with("compiling SCSS: no/such/main.scss: "), "{error}");
    }
}
