//! The control address: HTTP on loopback for scripts and for people with curl.

use std::{
    net::SocketAddr,
    sync::{PoisonError, Weak},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header::ORIGIN};
use serde::Deserialize;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{BreakMode, Inner, Lab, LabError, TargetView};

/// `{"how":"garbage"}` with room for spaces.
const BODY_BYTES_MAX: usize = 1_024;
/// Requests in hand get this long to end when the lab does.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) struct Control {
    pub(super) address: SocketAddr,
    stop: CancellationToken,
    task: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Control {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Binds `address`, which has to be on loopback: whoever reaches it may break things.
pub(super) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), LabError> {
    if !address.ip().is_loopback() {
        return Err(LabError::NotLoopback { address });
    }
    let open = |source| LabError::Open { what: format!("the control address {address}"), source };
    let listener = TcpListener::bind(address).await.map_err(open)?;
    let bound = listener.local_addr().map_err(open)?;
    Ok((listener, bound))
}

impl Control {
    /// Serves until stopped or dropped. The lab is held weakly: its control address must not keep it alive.
    pub(super) fn start(listener: TcpListener, address: SocketAddr, lab: Weak<Inner>) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let router = router(lab, address);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::warn!(%error, "the lab's control address ended");
            }
        });
        Self { address, stop, task: std::sync::Mutex::new(Some(task)) }
    }

    pub(super) async fn stop(&self) {
        self.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut task) = task
            && timeout(STOP_TIMEOUT, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

fn router(lab: Weak<Inner>, address: SocketAddr) -> Router {
    Router::new()
        .route("/targets", get(list))
        .route("/targets/{id}/break", post(break_target))
        .route("/targets/{id}/mend", post(mend))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(format!("http://{address}"), refuse_foreign_pages))
        .with_state(lab)
}

/// A browser sends `Origin` with everything that a page could do harm with. A page from elsewhere gets nothing.
async fn refuse_foreign_pages(State(own): State<String>, request: Request, next: Next) -> Response {
    match request.headers().get(ORIGIN) {
        Some(origin) if origin.as_bytes() != own.as_bytes() => {
            refusal(StatusCode::FORBIDDEN, "requests of web pages from other addresses are refused")
        }
        _ => next.run(request).await,
    }
}

async fn list(State(lab): State<Weak<Inner>>) -> Result<Json<Vec<TargetView>>, LabError> {
    upgrade(&lab).map(|lab| Json(lab.targets()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BreakOrder {
    how: String,
}

async fn break_target(
    State(lab): State<Weak<Inner>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<TargetView>, LabError> {
    let lab = upgrade(&lab)?;
    let kind = lab.find(&id)?.plan.kind;
    let unknown = |how: String| LabError::UnknownMode { kind: kind.as_str(), how, known: kind.mode_words() };
    // The content type is not looked at: curl's default is a form's.
    let order: BreakOrder =
        serde_json::from_slice(&body).map_err(|_| unknown(r#"a body that is not {"how": "..."}"#.to_owned()))?;
    let how = BreakMode::parse(&order.how).ok_or_else(|| unknown(order.how))?;
    lab.break_target(&id, how).await?;
    view(&lab, &id)
}

async fn mend(State(lab): State<Weak<Inner>>, Path(id): Path<String>) -> Result<Json<TargetView>, LabError> {
    let lab = upgrade(&lab)?;
    lab.mend(&id).await?;
    view(&lab, &id)
}

fn upgrade(lab: &Weak<Inner>) -> Result<Lab, LabError> {
    lab.upgrade().map(Lab).ok_or(LabError::Stopped)
}

fn view(lab: &Lab, id: &str) -> Result<Json<TargetView>, LabError> {
    lab.find(id).map(|target| Json(target.view()))
}

impl IntoResponse for LabError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::UnknownTarget { .. } => StatusCode::NOT_FOUND,
            Self::UnknownMode { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoTool | Self::NoPrivilege => StatusCode::NOT_IMPLEMENTED,
            Self::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            Self::DuplicateId { .. }
            | Self::TooMany { .. }
            | Self::NotLoopback { .. }
            | Self::Open { .. }
            | Self::Certificate { .. }
            | Self::Route { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        refusal(status, &self.to_string())
    }
}

fn refusal(status: StatusCode, error: &str) -> Response {
    (status, Json(serde_json::json!({ "error": error }))).into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;

    async fn lab() -> Lab {
        Lab::start(Lab::plan(3), Some("127.0.0.1:0".parse().unwrap())).await.unwrap()
    }

    /// Status and JSON of one request; `head` is its first line without version and any header lines.
    async fn ask(lab: &Lab, head: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(lab.control_addr().unwrap()).await.unwrap();
        let (line, headers) = head.split_once('\n').unwrap_or((head, ""));
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    #[tokio::test]
    async fn targets_are_listed_broken_and_mended() {
        let lab = lab().await;
        let (status, listed) = ask(&lab, "GET /targets", "").await;
        assert_eq!(status, 200);
        assert_eq!(listed[2]["id"], "http-1");
        assert_eq!(listed[2]["kind"], "http");
        assert_eq!(listed[2]["state"], "up");
        assert_eq!(listed[2]["address"], lab.targets()[2].address);
        let (status, view) = ask(&lab, "POST /targets/http-1/break", r#"{"how": "garbage"}"#).await;
        assert_eq!((status, &view["state"]), (200, &Value::from("garbage")));
        assert_eq!(lab.targets()[2].state, "garbage");
        let (status, view) = ask(&lab, "POST /targets/http-1/mend", "").await;
        assert_eq!((status, &view["state"]), (200, &Value::from("up")));
    }

    #[tokio::test]
    async fn what_is_wrong_is_told() {
        let lab = lab().await;
        let good = r#"{"how":"silent"}"#;
        for (head, body, status, words) in [
            ("POST /targets/none/break", good, 404, "no target is called \"none\""),
            ("POST /targets/none/mend", "", 404, "no target is called \"none\""),
            ("POST /targets/tcp-1/break", "", 422, "refuse, silent, slow, error, garbage"),
            ("POST /targets/tcp-1/break", "how=silent", 422, "refuse, silent, slow, error, garbage"),
            ("POST /targets/tcp-1/break", r#"{"how":"burn"}"#, 422, "\"burn\"; it knows refuse, silent, slow"),
            ("POST /targets/ping-1/break", r#"{"how":"slow"}"#, 422, "it knows refuse, silent"),
        ] {
            let (found, answer) = ask(&lab, head, body).await;
            let error = answer["error"].as_str().unwrap_or_default();
            assert!(found == status && error.contains(words), "{head} {body}: {found} {answer}");
        }
        assert_eq!(ask(&lab, "POST /targets/tcp-1/break", &"x".repeat(BODY_BYTES_MAX + 1)).await.0, 413);
        assert_eq!(ask(&lab, "GET /targets/tcp-1/break", "").await.0, 405);
    }

    #[tokio::test]
    async fn web_pages_from_elsewhere_are_refused() {
        let lab = lab().await;
        let body = r#"{"how":"refuse"}"#;
        for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
            let head = format!("POST /targets/tcp-1/break\nOrigin: {origin}\r\n");
            assert_eq!(ask(&lab, &head, body).await.0, 403, "{origin}");
            assert_eq!(ask(&lab, &format!("GET /targets\nOrigin: {origin}\r\n"), "").await.0, 403, "{origin}");
        }
        assert_eq!(lab.targets()[1].state, "up");
        let own = format!("POST /targets/tcp-1/break\nOrigin: http://{}\r\n", lab.control_addr().unwrap());
        assert_eq!(ask(&lab, &own, body).await.0, 200);
    }

    #[tokio::test]
    async fn the_control_address_ends_with_its_lab() {
        let lab = lab().await;
        let address = lab.control_addr().unwrap();
        lab.shutdown().await;
        // A process that another test is just starting holds the listener for a moment longer.
        let refused = async { while TcpStream::connect(address).await.is_ok() {} };
        assert!(timeout(STOP_TIMEOUT * 5, refused).await.is_ok());
    }
}
