//! Who is asking: puts `Option<Principal>` and [`Client`] into the extensions of every request.
//!
//! A request with `Authorization: Bearer` is judged by that alone: its cookie is not looked at, so a token never lends a
//! stranger's page the rights of a signed-in browser ([`super::csrf`] lets such requests pass).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use app::api::{error::ApiError, principal::Principal, session::Client};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::prelude::{provide_context, use_context};

use crate::{
    config::Network,
    desk::session::{cookie::SessionCookie, gate::Gate},
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Hops that are looked at; a longer list is somebody's game.
const HOPS_MAX: usize = 20;

/// What the middleware needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Identify {
    pub gate: Gate,
    pub cookie: SessionCookie,
    pub proxies: Arc<TrustedProxies>,
}

/// The middleware: `axum::middleware::from_fn_with_state(identify, session::identify)`.
///
/// The peer's address comes from [`ConnectInfo`]; without it the client is the empty text. When the database cannot be
/// asked the answer is 500: to call a signed-in person a stranger would be wrong.
pub async fn identify(State(state): State<Identify>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let client = peer.map(|peer| state.proxies.client(peer, request.headers()));
    let found = match bearer(request.headers()) {
        Some(token) => state.gate.by_bearer(token).await,
        None => match cookie(state.cookie, request.headers()) {
            Some(token) => state.gate.by_cookie(token).await,
            None => Ok(None),
        },
    };
    let principal: Option<Principal> = match found {
        Ok(principal) => principal,
        Err(error) => return failed(&error),
    };
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(Client(client.map(|client| client.to_string()).unwrap_or_default()));
    next.run(request).await
}

/// For the closure that gives Leptos its context: hands on what [`identify`] found about the request of this render or
/// server function. Without a request (route listing) it does nothing.
pub fn provide_caller() {
    let Some(parts) = use_context::<Parts>() else {
        return;
    };
    if let Some(Some(principal)) = parts.extensions.get::<Option<Principal>>() {
        provide_context(principal.clone());
    }
    if let Some(client) = parts.extensions.get::<Client>() {
        provide_context(client.clone());
    }
}

fn failed(error: &ApiError) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], error.to_string())
        .into_response()
}

/// The token of `Authorization: Bearer`; the empty text when the header names the scheme and no token.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// HTTP/2 may send several `Cookie` headers.
fn cookie(cookie: SessionCookie, headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| cookie.read(line))
}

/// The proxies in front of us whose `X-Forwarded-For` is believed (`server.trusted_proxies`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<Network>);

impl TrustedProxies {
    /// The address of whoever asks. A proxy adds the address it saw at the right end, so the list is read from there:
    /// the first that is not one of ours is the client. What stands left of it, anybody can write.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev().map(|line| line.to_str().unwrap_or("?"));
        let hops = lines.flat_map(|line| line.rsplit(',')).take(HOPS_MAX);
        let mut client = peer;
        for hop in hops {
            // An entry that is no address says nothing, and neither does what stands left of it.
            let Some(ip) = hop_address(hop.trim()) else {
                return client;
            };
            client = ip;
            if !self.trusts(ip) {
                return client;
            }
        }
        client
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(ip))
    }
}

/// `192.0.2.7`, `192.0.2.7:1234`, `2001:db8::1`, `[2001:db8::1]:1234`.
fn hop_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    ip.map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests;
