//! The `tls` target: the pages of the `http` target over TLS, with a certificate that signs itself.

use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::{LabError, http};

/// What a server that wants no handshake says: a record of version 1.2 with the fatal message 40, handshake failure.
pub(super) const HANDSHAKE_FAILURE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

/// One key and certificate for all TLS targets of a lab, made anew for each.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    pub(super) certificate_pem: String,
}

impl Identity {
    pub(super) fn new() -> Result<Self, LabError> {
        let failed = |reason: String| LabError::Certificate { reason };
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(names).map_err(|error| failed(error.to_string()))?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key))
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate_pem: cert.pem() })
    }
}

pub(super) async fn serve(stream: TcpStream, acceptor: &TlsAcceptor) {
    // A client that does not trust the certificate breaks off here.
    if let Ok(stream) = acceptor.accept(stream).await {
        http::serve(stream, http::Mood::Good).await;
    }
}
