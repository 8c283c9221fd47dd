//! Databases for tests: a fresh, migrated one of each kind. Always compiled, so that unit and integration tests share it.

use std::path::PathBuf;

use sea_orm::{ConnectionTrait, Database};

use crate::store::Db;

/// Names the PostgreSQL server that `make test` starts.
pub const POSTGRES_VARIABLE: &str = "FAULTDESK_TEST_POSTGRES";

/// A database of a test, with what it is called in a failure message.
#[derive(Debug)]
pub struct TestDb {
    pub name: &'static str,
    pub db: Db,
    pub url: String,
    /// Removed with the value.
    folder: Option<PathBuf>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // A leftover folder in the temporary directory fails no test.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A fresh SQLite and a fresh PostgreSQL database. Fails when no PostgreSQL server is named: nothing is skipped.
#[expect(clippy::expect_used, reason = "a test without its database must fail with these words")]
pub async fn databases() -> [TestDb; 2] {
    [
        sqlite().await,
        postgres().await.expect("FAULTDESK_TEST_POSTGRES must name a PostgreSQL server; `make test` starts one"),
    ]
}

#[expect(clippy::expect_used, reason = "a test without its database must fail with these words")]
pub async fn sqlite() -> TestDb {
    let folder = std::env::temp_dir().join(format!("faultdesk-test-{}", unique()));
    let url = format!("sqlite://{}/faultdesk.db", folder.display());
    let db = Db::connect(&url).await.expect("a SQLite file in the temporary folder");
    db.migrate().await.expect("migrations on SQLite");
    TestDb { name: "sqlite", db, url, folder: Some(folder) }
}

async fn postgres() -> Option<TestDb> {
    let server = std::env::var(POSTGRES_VARIABLE).ok()?;
    let name = format!("test_{}", unique());
    let admin = Database::connect(&server).await.ok()?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.ok()?;
    admin.close().await.ok()?;
    let mut url = url::Url::parse(&server).ok()?;
    url.set_path(&name);
    let db = Db::connect(url.as_str()).await.ok()?;
    db.migrate().await.ok()?;
    Some(TestDb { name: "postgres", db, url: url.into(), folder: None })
}

#[expect(clippy::expect_used, reason = "tests need randomness for names that do not collide")]
fn unique() -> String {
    let bytes = crate::entropy::bytes::<8>().expect("randomness");
    format!("{}_{:016x}", std::process::id(), u64::from_be_bytes(bytes))
}
