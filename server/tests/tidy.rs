//! Rules of the repository that a compiler does not know: who may depend on whom, and who may name what.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Names of a manifest's dependencies, of all kinds.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let of = |table: &toml::Table| {
        let tables = ["dependencies", "build-dependencies"].into_iter().filter_map(|key| table.get(key)?.as_table());
        tables.flat_map(|table| table.keys().cloned()).collect::<Vec<_>>()
    };
    let targets = table.get("target").and_then(|target| target.as_table()).into_iter().flat_map(|one| one.values());
    let mut names = of(&table);
    names.extend(targets.filter_map(toml::Value::as_table).flat_map(of));
    names
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds sources");
    found
}

#[test]
fn dependencies_point_one_way() {
    let forbidden = [
        ("app/domain/Cargo.toml", &["app", "server", "entity", "migration", "sea-orm", "tokio", "leptos", "axum"][..]),
        ("app/Cargo.toml", &["server", "entity", "migration", "sea-orm", "actix", "lettre", "tokio"]),
        ("entity/Cargo.toml", &["app", "server", "migration"]),
        ("migration/Cargo.toml", &["app", "server", "entity", "domain"]),
        ("frontend/Cargo.toml", &["server", "entity", "migration", "sea-orm"]),
    ];
    for (manifest, names) in forbidden {
        let found = dependencies(manifest);
        for name in names {
            assert!(!found.iter().any(|one| one == name), "{manifest} must not depend on {name}");
        }
    }
}

#[test]
fn the_domain_is_pure() {
    for (path, text) in sources("app/domain/src") {
        for word in ["std::fs", "std::thread", "std::env", "SystemTime", "Timestamp::now", "async fn"] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn only_the_store_names_tables() {
    for (path, text) in sources("server/src") {
        let inside = path.strip_prefix(root().join("server/src")).unwrap();
        let store = inside.starts_with("store") || inside == Path::new("store.rs");
        let named = text.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with("use entity::") || (line.contains(" entity::") && !line.starts_with("//"))
        });
        assert!(store || !named, "{} names entity", path.display());
    }
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_skipped() {
    for folder in ["app", "entity/src", "migration/src", "server/src", "frontend"] {
        for (path, text) in sources(folder) {
            for word in ["#[ignore", "unimplemented!(", "todo!("] {
                assert!(!text.contains(word), "{} holds {word}", path.display());
            }
        }
    }
}

#[test]
fn every_probe_kind_has_a_heading() {
    let text = fs::read_to_string(root().join("docs/probes.md")).unwrap();
    for kind in domain::probe::ProbeKind::ALL {
        assert!(text.contains(&format!("## {}\n", kind.as_str())), "docs/probes.md lacks {}", kind.as_str());
    }
}
