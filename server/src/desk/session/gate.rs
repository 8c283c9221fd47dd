//! From a cookie or a bearer token to the person behind it.

use app::api::{error::ApiError, principal::Principal};
use domain::{id::SessionId, time::Timestamp};

use super::token;
use crate::{
    clock::Clock,
    desk::internal,
    store::{
        Db, sessions, tokens,
        users::{self, Identity},
    },
};

/// "Last seen" is written this often and no oftener: reading pages should not keep the one writer of SQLite busy.
const TOUCH_EVERY_S: i64 = 60;

/// Looks up who is asking. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate {
    db: Db,
    clock: Clock,
}

impl Gate {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// The person of a session's cookie, as they are now, in one query; `None` when the session ended, by time or by
    /// hand, or the account is disabled.
    pub async fn by_cookie(&self, cookie: &str) -> Result<Option<Principal>, ApiError> {
        let Some(hash) = token::session_hash(cookie) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let found = sessions::find_by_token(self.db.read(), &hash).await.map_err(internal)?;
        let Some(found) = found.filter(|found| found.is_live(now)) else {
            return Ok(None);
        };
        if found.last_seen_at <= now.plus_seconds(-TOUCH_EVERY_S) {
            self.touch_session(&found, now).await;
        }
        Ok(Some(principal(found.identity, found.id)))
    }

    /// The person of a bearer token, in one query; `None` when it was revoked or the account is disabled.
    /// [`Principal::session`] is then the token's id, which ends no session.
    pub async fn by_bearer(&self, bearer: &str) -> Result<Option<Principal>, ApiError> {
        let Some(hash) = token::api_hash(bearer) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let found = tokens::find(self.db.read(), &hash).await.map_err(internal)?;
        let Some(found) = found.filter(tokens::Found::is_live) else {
            return Ok(None);
        };
        if found.last_used_at.is_none_or(|at| at <= now.plus_seconds(-TOUCH_EVERY_S)) {
            self.touch_token(&found, now).await;
        }
        Ok(Some(principal(found.identity, SessionId(found.id))))
    }

    /// A failure is logged and forgotten: the next request is the retry, and nobody is turned away for it.
    async fn touch_session(&self, found: &sessions::Found, now: Timestamp) {
        let touch = async {
            let tx = self.db.begin().await?;
            sessions::touch(&tx, found.id, now, now.plus_seconds(-TOUCH_EVERY_S)).await?;
            users::touch(&tx, found.identity.user, now).await?;
            tx.commit().await
        };
        if let Err(error) = touch.await {
            tracing::warn!(%error, "cannot note that a session was used");
        }
    }

    async fn touch_token(&self, found: &tokens::Found, now: Timestamp) {
        let touch = async {
            let tx = self.db.begin().await?;
            tokens::touch(&tx, found.id, now, now.plus_seconds(-TOUCH_EVERY_S)).await?;
            tx.commit().await
        };
        if let Err(error) = touch.await {
            tracing::warn!(%error, "cannot note that a token was used");
        }
    }
}

fn principal(identity: Identity, session: SessionId) -> Principal {
    Principal { user: identity.user, session, name: identity.name, role: identity.role, customer: identity.customer }
}
