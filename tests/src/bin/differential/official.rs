//! The official functions, in one process of Python that reads case after case.

use std::path::Path;
use std::process::Stdio;

use apsara_tests::workspace;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::Result;

/// The process. It ends with its input.
pub(crate) struct Official {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Official {
    pub(crate) fn start() -> Result<Self> {
        let python = workspace::target().join("peers/python/bin/python");
        if !python.exists() {
            return Err("the official SDKs are not installed; `cargo xtask differential` installs them".into());
        }
        let mut command = Command::new(python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/differential.py"));
        command.env_clear().env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "*");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (input, output) = input.zip(output).ok_or("the process has no input")?;
        Ok(Self { _child: child, input, output: BufReader::new(output).lines() })
    }

    /// Asks what the official core sends for a line, and returns what it prints.
    pub(crate) async fn ask(&mut self, line: &Value) -> Result<Value> {
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        let printed = self.output.next_line().await?.ok_or("the process of the official functions ended")?;
        let printed: Value = serde_json::from_str(&printed)?;
        if printed["n"] != line["n"] {
            return Err(format!("asked about case {}, told about {}", line["n"], printed["n"]).into());
        }
        Ok(printed)
    }
}
