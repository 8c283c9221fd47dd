//! One target: its kind, its state, and how it may be broken.

use std::{
    io,
    sync::{Arc, Mutex as StdMutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{
    LabError, TargetPlan, TargetView, ping, sip, smtp,
    stream::{Speaker, StreamServer},
    tls,
};

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    Ping,
    Tcp,
    Http,
    Tls,
    Sip,
    Smtp,
}

impl TargetKind {
    pub const ALL: [Self; 6] = [Self::Ping, Self::Tcp, Self::Http, Self::Tls, Self::Sip, Self::Smtp];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Tcp => "tcp",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Sip => "sip",
            Self::Smtp => "smtp",
        }
    }

    /// How a target of this kind can be broken. The kernel answers pings: it can be kept from it, not be made slow.
    pub fn modes(self) -> &'static [BreakMode] {
        match self {
            Self::Ping => &[BreakMode::Refuse, BreakMode::Silent],
            Self::Tcp | Self::Http | Self::Tls | Self::Sip | Self::Smtp => &BreakMode::ALL,
        }
    }

    /// The words of `modes`, for errors.
    pub(super) fn mode_words(self) -> String {
        self.modes().iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// How a target is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakMode {
    /// Nobody listens; the port stays reserved. A ping target becomes unreachable.
    Refuse,
    /// Takes everything and never answers.
    Silent,
    /// Answers after 20 s, then byte by byte.
    Slow,
    /// Answers with its protocol's word for "not now": 503, 421, a fatal TLS message; plain TCP hangs up.
    Error,
    /// Answers with bytes that belong to no protocol, always the same.
    Garbage,
}

impl BreakMode {
    pub const ALL: [Self; 5] = [Self::Refuse, Self::Silent, Self::Slow, Self::Error, Self::Garbage];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Silent => "silent",
            Self::Slow => "slow",
            Self::Error => "error",
            Self::Garbage => "garbage",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

pub(super) struct Target {
    pub(super) plan: TargetPlan,
    address: String,
    /// What the views show; changed only while `carrier` is locked.
    state: StdMutex<Option<BreakMode>>,
    carrier: Mutex<Option<Carrier>>,
}

/// What makes a target answer.
enum Carrier {
    Stream(StreamServer),
    Sip(sip::SipServer),
    Ping(ping::PingTarget),
}

impl Target {
    pub(super) fn start(
        plan: TargetPlan,
        identity: &tls::Identity,
        claims: &mut impl Iterator<Item = ping::Claim>,
    ) -> Result<Self, LabError> {
        let open = |source| LabError::Open { what: format!("target {}", plan.id), source };
        let stream = |speaker| {
            let server = StreamServer::start(speaker).map_err(open)?;
            Ok::<_, LabError>((server.address.to_string(), Carrier::Stream(server)))
        };
        let (address, carrier) = match plan.kind {
            TargetKind::Ping => {
                let claim = claims.next().ok_or_else(|| open(io::ErrorKind::AddrInUse.into()))?;
                (claim.address.to_string(), Carrier::Ping(ping::PingTarget::new(claim)))
            }
            TargetKind::Sip => {
                let server = sip::SipServer::start().map_err(open)?;
                (server.address.to_string(), Carrier::Sip(server))
            }
            TargetKind::Tcp => stream(Speaker::Tcp { banner: format!("faultdesk lab {}\r\n", plan.id) })?,
            TargetKind::Http => stream(Speaker::Http)?,
            TargetKind::Tls => stream(Speaker::Tls(identity.acceptor.clone()))?,
            TargetKind::Smtp => stream(Speaker::Smtp { greeting: smtp::greeting(&plan.id) })?,
        };
        Ok(Self { plan, address, state: StdMutex::new(None), carrier: Mutex::new(Some(carrier)) })
    }

    pub(super) fn view(&self) -> TargetView {
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        TargetView {
            id: self.plan.id.clone(),
            kind: self.plan.kind,
            address: self.address.clone(),
            state: state.map_or("up", BreakMode::as_str),
        }
    }

    /// Changes how the target behaves. Runs to its end also when the caller does not wait for it: a target must not be
    /// left without a listener because a browser gave up.
    pub(super) async fn change(self: Arc<Self>, mode: Option<BreakMode>) -> Result<(), LabError> {
        let kind = self.plan.kind;
        if let Some(mode) = mode.filter(|mode| !kind.modes().contains(mode)) {
            let (how, known) = (mode.as_str().to_owned(), kind.mode_words());
            return Err(LabError::UnknownMode { kind: kind.as_str(), how, known });
        }
        tokio::spawn(async move { self.change_now(mode).await }).await.unwrap_or(Err(LabError::Stopped))
    }

    async fn change_now(&self, mode: Option<BreakMode>) -> Result<(), LabError> {
        let mut carrier = self.carrier.lock().await;
        let carrier = carrier.as_mut().ok_or(LabError::Stopped)?;
        if *self.state.lock().unwrap_or_else(PoisonError::into_inner) == mode {
            return Ok(());
        }
        let open = |source| LabError::Open { what: format!("target {} again", self.plan.id), source };
        match carrier {
            Carrier::Stream(server) => server.change(mode).await.map_err(open)?,
            Carrier::Sip(server) => server.change(mode).await.map_err(open)?,
            Carrier::Ping(target) => target.change(mode).await?,
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = mode;
        Ok(())
    }

    pub(super) async fn stop(&self) {
        match self.carrier.lock().await.take() {
            Some(Carrier::Stream(server)) => server.stop().await,
            Some(Carrier::Sip(server)) => server.stop().await,
            Some(Carrier::Ping(mut target)) => {
                // Dropping it tries once more and tells what fails.
                let _ = target.change(None).await;
            }
            None => {}
        }
    }
}
