//! Who takes part.

use std::path::PathBuf;
use std::process::Command;

use super::rounds::Running;
use crate::run::{Failure, root, target};

/// The server, in a process of its own, until it is dropped.
#[derive(Debug)]
pub(in crate::bench) struct Server {
    host: String,
    /// The file with the certificate that it shows, where it speaks TLS.
    certificate: Option<PathBuf>,
    _running: Running,
}

impl Server {
    /// Starts it.
    pub(in crate::bench) fn start(tls: bool) -> Result<Self, Failure> {
        let certificate = tls.then(|| folder().join("server.pem"));
        let mut running = Running::start(Command::new(built("server")).args(&certificate))?;
        Ok(Self { host: running.line()?, certificate, _running: running })
    }
}

/// One client, in a process of its own.
#[derive(Clone, Copy, Debug)]
pub(in crate::bench) struct Contestant {
    /// What the program that has it calls it.
    pub(super) id: &'static str,
    /// What people call it.
    pub(super) name: &'static str,
    /// The signature that it makes.
    pub(super) signature: &'static str,
    pub(super) program: Program,
    pub(super) speaks: Speaks,
    /// The most calls of a round: fewer for those that open a connection for each, of which a system has only so many.
    pub(super) most: usize,
}

/// What runs a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Rust,
    Python,
    Node,
}

/// Which servers a client can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaks {
    Http,
    Https,
    Both,
}

const fn rust(id: &'static str, name: &'static str, signature: &'static str) -> Contestant {
    Contestant { id, name, signature, program: Program::Rust, speaks: Speaks::Both, most: 100_000 }
}

/// Everybody in `bench calls`, in the order of its table.
pub(super) const ALL: &[Contestant] = &[
    rust("raw-hyper", "hyper-util's pool, nothing else", "none"),
    rust("raw-reqwest", "reqwest, nothing else", "none"),
    rust("by-hand-v1-hyper", "tuned by hand, on hyper-util", "V1"),
    rust("by-hand-v3-hyper", "tuned by hand, on hyper-util", "V3"),
    rust("by-hand-v1-reqwest", "tuned by hand, on reqwest", "V1"),
    rust("by-hand-v3-reqwest", "tuned by hand, on reqwest", "V3"),
    rust("ours-v1-hyper", "**Apsara**, on hyper-util", "V1"),
    rust("ours-v3-hyper", "**Apsara**, on hyper-util", "V3"),
    rust("ours-v1-reqwest", "**Apsara**, on reqwest", "V1"),
    rust("ours-v3-reqwest", "**Apsara**, on reqwest", "V3"),
    Contestant { most: 64, ..rust("aliyun-openapi-core", "aliyun-openapi-core-rust-sdk", "V1") },
    Contestant { most: 1000, speaks: Speaks::Http, ..rust("alibaba-cloud-sdk", "alibaba-cloud-sdk-rust", "V1") },
    Contestant { most: 1000, speaks: Speaks::Https, ..rust("alibabacloud", "alibabacloud", "V1") },
    rust("aws-sdk-ivs", "aws-sdk-ivs", "SigV4"),
    Contestant { program: Program::Python, ..rust("v3", "official Python SDK", "V3") },
    Contestant { program: Program::Python, ..rust("v1", "official Python core", "V1") },
    Contestant { program: Program::Node, ..rust("v3", "official Node core", "V3") },
    Contestant { program: Program::Node, ..rust("v1", "official older Node core", "V1") },
];

impl Contestant {
    /// Finds a client in Rust.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|it| it.program == Program::Rust && it.id == id)
    }

    /// Returns the command that makes its calls of a server.
    pub(super) fn command(&self, server: &Server) -> Command {
        let mut command = match self.program {
            Program::Rust => Command::new(built("clients")),
            Program::Python => {
                let mut command = Command::new(target().join("peers/python/bin/python"));
                command.arg(root().join("benches/peers/rounds.py")).env("PYTHONDONTWRITEBYTECODE", "1");
                command
            }
            Program::Node => {
                let mut command = Command::new("node");
                command.arg(root().join("benches/peers/rounds.js"));
                command.env("NODE_PATH", target().join("peers/node/node_modules"));
                command
            }
        };
        self.of(server, &mut command);
        command
    }

    /// Returns the command that also counts allocations, for those where that can be done.
    pub(super) fn counted(&self, server: &Server) -> Option<Command> {
        (self.program == Program::Rust).then(|| {
            let mut command = Command::new(built("clients_counted"));
            self.of(server, &mut command);
            command
        })
    }

    /// Says which client it is, where the server is, and whom to trust.
    fn of(&self, server: &Server, command: &mut Command) {
        command.args([self.id, &server.host]).args(&server.certificate);
        if let Some(file) = &server.certificate {
            for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
                command.env(name, file);
            }
        }
    }

    /// Returns whether it can call a server that speaks TLS, or one that does not.
    pub(super) fn can_call(&self, tls: bool) -> bool {
        self.speaks != if tls { Speaks::Http } else { Speaks::Https }
    }

    /// Returns whether others published it.
    pub(super) fn is_peer(&self) -> bool {
        !["raw-", "by-hand-", "ours-"].iter().any(|begin| self.id.starts_with(begin))
    }

    /// Returns whether it is ours.
    pub(super) fn is_ours(&self) -> bool {
        self.id.starts_with("ours-")
    }
}

/// The folder that the workspace of the benches is built in.
pub(super) fn folder() -> PathBuf {
    target().join("benches")
}

/// Returns a program of that workspace.
pub(in crate::bench) fn built(name: &str) -> PathBuf {
    folder().join("release").join(name)
}
