//! A Redis server of a test's own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::workspace;

/// Serves on a free port of 127.0.0.1 until it is dropped, and keeps nothing.
#[derive(Debug)]
pub struct RedisServer {
    child: Option<Child>,
    port: u16,
    folder: PathBuf,
}

impl RedisServer {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// Panics if Redis is not installed, or does not start.
    pub fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = workspace::scratch(&format!("redis-{}-{number}", std::process::id()));
        let port = free_port();
        let mut server = Self { child: None, port, folder };
        server.start_again();
        server
    }

    /// Starts a server that was up long enough to know that nothing was granted in the last second.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`].
    pub fn start_and_settle() -> Self {
        let server = Self::start();
        while !server.has_settled() {
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn has_settled(&self) -> bool {
        let info: String = redis::cmd("INFO").arg("server").query(&mut self.connection()).unwrap();
        let uptime = info.lines().find_map(|line| line.strip_prefix("uptime_in_seconds:")).unwrap();
        uptime.parse::<u64>().unwrap() > 2
    }

    /// Starts the server again, with nothing in it.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub fn start_again(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        let child = command.arg(&self.folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let missing = "redis-server cannot be started; install it (Debian: apt-get install redis-server), \
                       or let `cargo xtask test` do so as root";
        self.child = Some(child.expect(missing));
        for _ in 0..1000 {
            if self.answers() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server does not answer on port {}", self.port);
    }

    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let mut answer = [0; 5];
        stream.write_all(b"PING\r\n").and_then(|()| stream.read_exact(&mut answer)).is_ok() && answer == *b"+PONG"
    }

    /// Kills the server, as a machine that fails does.
    ///
    /// # Panics
    ///
    /// Panics if it is dead already.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address for clients.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Connects to the server.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be reached.
    pub fn connection(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// Returns the times in a list of recorded grants, in microseconds, in their order.
    ///
    /// # Panics
    ///
    /// Panics if there is no such list.
    pub fn recorded(&self, key: &str) -> Vec<u64> {
        let mut times: Vec<u64> = redis::cmd("LRANGE").arg(key).arg(0).arg(-1).query(&mut self.connection()).unwrap();
        times.sort_unstable();
        times
    }
}

/// Finds a port that is free, and stays so while the server is away: below those that systems give to whoever connects or asks for any.
/// A client that tried to connect to one of those could be given that very port, and be connected with itself.
fn free_port() -> u16 {
    /// So many from 20,000 on.
    const PORTS: u32 = 12_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that run at once begin at different ones.
    let begin = std::process::id().wrapping_mul(61);
    let mut ports = (0..PORTS).map(|_| begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS);
    let is_free = |offset: u32| {
        let port = 20_000 + u16::try_from(offset).unwrap();
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    };
    ports.find_map(is_free).expect("a port is free")
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
