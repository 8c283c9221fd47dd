//! The built site: scripts, styles, fonts, with their compressed twins.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
};
use serde::Deserialize;
use tower_http::services::{ServeDir, ServeFile};

/// What `frontend/bundle` wrote: names with content hashes.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    pub js: String,
    pub wasm: String,
    pub css: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("{path} cannot be read ({source}); `make run` builds the site, and site_dir says where it is")]
    Missing { path: String, source: std::io::Error },
    #[error("{path} is no site manifest: {source}")]
    Shape { path: String, source: serde_json::Error },
    #[error("the site inside this binary is damaged: {reason}")]
    Embedded { reason: String },
}

#[derive(Debug, Clone)]
pub struct Site {
    manifest: Manifest,
    folder: PathBuf,
}

impl Site {
    pub fn open(folder: &Path) -> Result<Self, SiteError> {
        let folder = unpacked(folder)?;
        let path = folder.join("manifest.json");
        let shown = path.display().to_string();
        let text =
            std::fs::read_to_string(&path).map_err(|source| SiteError::Missing { path: shown.clone(), source })?;
        let manifest = serde_json::from_str(&text).map_err(|source| SiteError::Shape { path: shown, source })?;
        Ok(Self { manifest, folder })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Files of the site, with the folders and names that `style/public` and the bundler give them.
    pub fn service<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let files = |path: &str| {
            ServeDir::new(self.folder.join(path))
                .precompressed_br()
                .precompressed_gzip()
                .append_index_html_on_directories(false)
        };
        Router::new()
            .nest_service("/fonts", files("fonts"))
            .route_service("/favicon.svg", ServeFile::new(self.folder.join("favicon.svg")))
            .layer(map_response(cached))
            // Behind the layer, which is for names without a hash.
            .nest_service("/pkg", files("pkg"))
    }
}

/// Fonts and icons keep their names, so they are asked for again after a day; hashed files never (see `headers`).
async fn cached(mut response: Response) -> Response {
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    }
    response
}

#[cfg(not(feature = "embed"))]
fn unpacked(folder: &Path) -> Result<PathBuf, SiteError> {
    Ok(folder.to_owned())
}

/// The site that travels inside the binary, written once to a folder of its own: files are then served with their
/// compressed twins by the same code as in development.
#[cfg(feature = "embed")]
fn unpacked(folder: &Path) -> Result<PathBuf, SiteError> {
    embedded::unpack(folder)
}

#[cfg(feature = "embed")]
mod embedded {
    use std::path::{Path, PathBuf};

    use rust_embed::RustEmbed;

    use super::SiteError;

    #[derive(RustEmbed)]
    #[folder = "$CARGO_MANIFEST_DIR/../target/site"]
    struct Files;

    pub(super) fn unpack(folder: &Path) -> Result<PathBuf, SiteError> {
        let damaged = |reason: String| SiteError::Embedded { reason };
        let root = folder.join("unpacked");
        for name in Files::iter() {
            let file = Files::get(&name).ok_or_else(|| damaged(format!("{name} is missing")))?;
            let path = root.join(name.as_ref());
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| damaged(error.to_string()))?;
            }
            std::fs::write(&path, file.data).map_err(|error| damaged(error.to_string()))?;
        }
        Ok(root)
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request, middleware::from_fn_with_state};
    use tower::ServiceExt;

    use super::*;
    use crate::http::headers::{Transport, secure};

    #[tokio::test]
    async fn hashed_files_are_kept_for_ever_and_named_ones_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pkg/a.1f2e.js", "fonts/a.woff2", "favicon.svg"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let manifest = Manifest { js: String::new(), wasm: String::new(), css: String::new() };
        let site = Site { manifest, folder: folder.path().to_owned() };
        let router: Router = site.service().layer(from_fn_with_state(Transport::Plain, secure));
        for (path, expected) in [
            ("/pkg/a.1f2e.js", "public, max-age=31536000, immutable"),
            ("/fonts/a.woff2", "public, max-age=86400"),
            ("/favicon.svg", "public, max-age=86400"),
            ("/pkg/gone.js", "no-store"),
            ("/fonts/gone.woff2", "no-store"),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.headers()[header::CACHE_CONTROL], expected, "{path}");
        }
    }
}
