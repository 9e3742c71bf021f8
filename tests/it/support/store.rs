//! A real S3 server (`s3s-fs`) with real signatures. It keeps a bucket in a directory, so tests put objects as files.

use std::net::SocketAddr;
use std::path::PathBuf;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

/// The only key that the server knows.
pub(crate) const ACCESS_KEY: &str = "testkey";
/// Its secret.
pub(crate) const SECRET_KEY: &str = "testsecret123";

/// A server that lives as long as its runtime and this value.
pub(crate) struct StoreServer {
    pub(crate) address: SocketAddr,
    root: TempDir,
}

impl StoreServer {
    pub(crate) fn start(runtime: &Handle) -> Self {
        let root = TempDir::new().unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(root.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, service));
        Self { address, root }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The directory that is the bucket.
    pub(crate) fn bucket(&self, bucket: &str) -> PathBuf {
        let path = self.root.path().join(bucket);
        std::fs::create_dir_all(&path).unwrap();
        path
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    let server = Builder::new(TokioExecutor::new());
    while let Ok((socket, _)) = listener.accept().await {
        let connection =
            server.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
        tokio::spawn(async move {
            // A client that goes away in mid-answer is part of some tests.
            let _ = connection.await;
        });
    }
}
