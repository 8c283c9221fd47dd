//! Signing in and out, password links, and who the reader is.

use domain::access::{Permission, Role, Side};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{error::ApiError, people::PasswordLink};

/// The reader, for the shell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Me {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The customer's name; empty for staff.
    pub customer: String,
    /// The demonstration is running: a banner says so, the lab page exists.
    pub demo: bool,
    pub support_phone: String,
    /// Open tickets that they may see, for the count beside the menu's entry.
    pub open_tickets: u64,
    /// Who is on call; staff only, None while nobody is.
    pub on_call: Option<OnCall>,
}

/// Who is on call, for the foot of the rail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    /// "On call until Mon 30 Nov, 09:00".
    pub until: String,
    /// "Priya Nair, then Tom Okafor".
    pub names: String,
}

impl Me {
    pub fn side(&self) -> Side {
        self.role.into()
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}

/// What anybody may know before signing in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    pub demo: bool,
    /// Demonstration accounts as (name and role, mail address, password); empty otherwise.
    pub accounts: Vec<(String, String, String)>,
    pub support_phone: String,
}

/// Outcome of a sign-in: a new session's cookie value and where to go.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub cookie: String,
    pub role: Role,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SessionDesk: Send + Sync {
    async fn me(&self, who: &super::principal::Principal) -> Result<Me, ApiError>;
    async fn welcome(&self) -> Result<Welcome, ApiError>;
    /// The same answer, after the same work, for an unknown address and a wrong password. `client` is the peer's
    /// address for the rate limit.
    async fn sign_in(&self, email: &str, password: &str, client: &str) -> Result<SignedIn, ApiError>;
    async fn sign_out(&self, who: &super::principal::Principal) -> Result<(), ApiError>;
    async fn sign_out_everywhere(&self, who: &super::principal::Principal) -> Result<(), ApiError>;
    /// Always succeeds for a well-formed address, so that nobody learns who has an account.
    async fn request_reset(&self, email: &str, client: &str) -> Result<(), ApiError>;
    async fn password_link(&self, token: &str) -> Result<PasswordLink, ApiError>;
    /// Sets the password, ends all sessions of the account and signs in.
    async fn use_password_link(&self, token: &str, password: &str, client: &str) -> Result<SignedIn, ApiError>;
    /// `Set-Cookie` value for a session, or for none.
    fn set_cookie(&self, cookie: Option<&str>) -> String;
}

/// Address of the peer, as the server provided it.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone)]
pub struct Client(pub String);

#[cfg(feature = "ssr")]
fn client() -> String {
    use_context::<Client>().map(|client| client.0).unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn answer_with_cookie(value: &str) {
    if let (Some(options), Ok(value)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(value))
    {
        options.append_header(http::header::SET_COOKIE, value);
    }
}

/// A path of our own to go to after signing in; anything else would send people to a stranger's site.
#[cfg(feature = "ssr")]
fn own_path(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if own { next } else { "/" }
}

#[server(endpoint = "session/me", input = server_fn::codec::GetUrl)]
pub async fn load_me() -> Result<Option<Me>, ApiError> {
    match super::principal::principal() {
        Ok(who) => super::principal::desk::<dyn SessionDesk>()?.me(&who).await.map(Some),
        Err(_) => Ok(None),
    }
}

#[server(endpoint = "session/welcome", input = server_fn::codec::GetUrl)]
pub async fn load_welcome() -> Result<Welcome, ApiError> {
    super::principal::desk::<dyn SessionDesk>()?.welcome().await
}

#[server(endpoint = "session/sign-in")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), ApiError> {
    let desk = super::principal::desk::<dyn SessionDesk>()?;
    let signed_in = desk.sign_in(&email, &password, &client()).await?;
    answer_with_cookie(&desk.set_cookie(Some(&signed_in.cookie)));
    leptos_axum::redirect(own_path(&next));
    Ok(())
}

#[server(endpoint = "session/sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    let desk = super::principal::desk::<dyn SessionDesk>()?;
    if let Ok(who) = super::principal::principal() {
        desk.sign_out(&who).await?;
    }
    answer_with_cookie(&desk.set_cookie(None));
    leptos_axum::redirect("/sign-in");
    Ok(())
}

#[server(endpoint = "session/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    let desk = super::principal::desk::<dyn SessionDesk>()?;
    desk.sign_out_everywhere(&who).await?;
    answer_with_cookie(&desk.set_cookie(None));
    leptos_axum::redirect("/sign-in");
    Ok(())
}

#[server(endpoint = "session/request-reset")]
pub async fn request_reset(email: String) -> Result<(), ApiError> {
    super::principal::desk::<dyn SessionDesk>()?.request_reset(&email, &client()).await?;
    // A form posted without the browser half would otherwise come back to the same empty form.
    leptos_axum::redirect("/forgot?sent=yes");
    Ok(())
}

#[server(endpoint = "session/password-link", input = server_fn::codec::GetUrl)]
pub async fn load_password_link(token: String) -> Result<PasswordLink, ApiError> {
    super::principal::desk::<dyn SessionDesk>()?.password_link(&token).await
}

#[server(endpoint = "session/use-password-link")]
pub async fn use_password_link(token: String, password: String) -> Result<(), ApiError> {
    let desk = super::principal::desk::<dyn SessionDesk>()?;
    let signed_in = desk.use_password_link(&token, &password, &client()).await?;
    answer_with_cookie(&desk.set_cookie(Some(&signed_in.cookie)));
    leptos_axum::redirect("/");
    Ok(())
}
