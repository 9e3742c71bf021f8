//! A real S3 server (`s3s-fs`) with real signatures. It keeps a bucket in a directory, so tests put objects as files.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;

/// The only key that the server knows.
pub(crate) const ACCESS_KEY: &str = "testkey";
/// Its secret.
pub(crate) const SECRET_KEY: &str = "testsecret123";

/// A server that lives as long as its runtime and this value.
pub(crate) struct StoreServer {
    pub(crate) address: SocketAddr,
    root: PathBuf,
    /// Removed with this value.
    _folder: Option<TempDir>,
}

impl StoreServer {
    pub(crate) fn start(runtime: &Handle) -> Self {
        Self::start_with(runtime, None)
    }

    /// Speaks TLS; gives the certificate of the authority that vouches for it, as PEM.
    pub(crate) fn start_tls(runtime: &Handle) -> (Self, String) {
        let (acceptor, authority) = tls();
        (Self::start_with(runtime, Some(acceptor)), authority)
    }

    fn start_with(runtime: &Handle, tls: Option<TlsAcceptor>) -> Self {
        let folder = TempDir::new().unwrap();
        Self::serving(runtime, folder.path().to_owned(), Some(folder), tls)
    }

    /// Serves the folders of `root`; `folder` is removed in the end.
    pub(crate) fn serving(
        runtime: &Handle,
        root: PathBuf,
        folder: Option<TempDir>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&root).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, service, tls));
        Self { address, root, _folder: folder }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The directory that is the bucket.
    pub(crate) fn bucket(&self, bucket: &str) -> PathBuf {
        let path = self.root.join(bucket);
        std::fs::create_dir_all(&path).unwrap();
        path
    }
}

async fn serve(listener: TcpListener, service: S3Service, tls: Option<TlsAcceptor>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (service, tls) = (service.clone(), tls.clone());
        tokio::spawn(async move {
            let Some(tls) = tls else { return answer(socket, service).await };
            // A client that does not trust the certificate leaves here.
            if let Ok(socket) = tls.accept(socket).await {
                answer(socket, service).await;
            }
        });
    }
}

async fn answer<S>(socket: S, service: S3Service)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let server = Builder::new(TokioExecutor::new());
    // A client that goes away in mid-answer is part of some tests.
    let _ = server.serve_connection(TokioIo::new(socket), service).await;
}

/// A new authority, and a server certificate for loopback that it signed.
fn tls() -> (TlsAcceptor, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap())
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority_pem)
}
