//! A program that prints a key.

#[cfg(feature = "process")]
mod running;

use std::sync::Arc;

use super::cache::{Cache, Issued, Issuer};
use super::wire::{Fields, time};
use super::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::transport::BoxFuture;

/// Gives the keys that a program prints as JSON: `mode` (`AK` or `StsToken`), `access_key_id`, `access_key_secret`,
/// `sts_token`, and
/// `expiration` if they have one. What has none is not kept, so that the program runs for every attempt of a call.
///
/// The program is started by its name and its arguments, which may be quoted as in a shell; there is no shell. On Windows
/// only double quotes do that, and a backslash is a part of a path. It has a minute, and nothing to read, and may print 1 MiB. What it writes to its
/// standard error is not shown. The feature `process` must be on, as it is by default.
#[derive(Clone, Debug)]
pub struct ExternalProcess {
    program: Program,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Program {
    command: Arc<Sensitive<String>>,
    disabled: bool,
}

impl ExternalProcess {
    /// Takes the command line. Nothing is started before the first call.
    pub fn new(command: impl Into<String>) -> Self {
        let program = Program { command: Arc::new(Sensitive::new(command.into())), disabled: false };
        Self { program, cache: Cache::default() }
    }

    /// Refuses to start it, because `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` says so.
    pub(super) fn disabled(mut self) -> Self {
        self.program.disabled = true;
        self
    }
}

impl Issuer for Program {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            if self.disabled {
                return Err(Error::config(
                    "the program that gives credentials was not started: ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set",
                ));
            }
            let printed = output(self.command.expose()).await?;
            read(&printed).map_err(|error| error.within("what the program that gives credentials printed"))
        })
    }
}

fn read(printed: &[u8]) -> Result<Issued, Error> {
    let fields = Fields::read(printed)?;
    let (id, secret) = (fields.required("access_key_id")?, fields.required("access_key_secret")?);
    let credentials = match fields.text("mode") {
        Some("AK") => Credentials::new(id, secret)?,
        Some("StsToken") => Credentials::temporary(id, secret, fields.required("sts_token")?)?,
        _ => return Err(Error::config("the JSON has no `mode` that is `AK` or `StsToken`")),
    };
    let expiration = fields.text("expiration").map(|end| time("expiration", end)).transpose()?;
    Ok(Issued { credentials, expiration })
}

/// Runs a program to its end and returns what it printed.
#[cfg(feature = "process")]
async fn output(command: &str) -> Result<Vec<u8>, Error> {
    /// How long the program may take, as the official SDKs have it.
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);
    let refuse = |why: String| Error::config(format!("the program that gives credentials {why}"));
    let words = split(command, cfg!(windows)).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| refuse("is not named by a command line; close its quotes".to_owned()))?;
    let running = running::Running::start(&words).map_err(|error| refuse(format!("cannot be started: {error}")))?;
    let ended = tokio::time::timeout(LIMIT, running.ended()).await;
    let (status, printed) = ended
        .map_err(|_| refuse(format!("was stopped, because it did not end within {LIMIT:?}")))?
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if status.success() { Ok(printed) } else { Err(refuse(format!("failed ({status})"))) }
}

/// Splits a command line as a shell does. On Windows, where a backslash parts the names of a path, at blanks outside of double
/// quotes, and the backslash stays what it is. Nothing where quotes are not closed.
#[cfg(feature = "process")]
fn split(command: &str, on_windows: bool) -> Option<Vec<String>> {
    if !on_windows {
        return shlex::split(command);
    }
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    for c in command.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                // What stands in quotes is a word even if it is empty.
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

#[cfg(not(feature = "process"))]
async fn output(_: &str) -> Result<Vec<u8>, Error> {
    Err(Error::config("a program that gives credentials is started only with the feature `process`; turn it on"))
}

impl CredentialsProvider for ExternalProcess {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.program))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.program, expired))
    }

    fn name(&self) -> String {
        "external".to_owned()
    }
}

#[cfg(all(test, unix, feature = "process"))]
mod tests {
    use super::*;

    async fn run(command: &str) -> Result<Credentials, String> {
        ExternalProcess::new(command).credentials().await.map_err(|error| format!("{error} {error:?}"))
    }

    #[tokio::test]
    async fn a_program_prints_a_key_with_an_end_or_without() {
        let key = run(r#"printf '{"mode":"AK","access_key_id":"LTAI %s","access_key_secret":"s"}' "x""#).await;
        assert!(key.unwrap_err().contains("holds a character that no access key has"));
        let key = run(r#"printf '{"mode":"AK","access_key_id":"LTAI%s","access_key_secret":"s"}' "x""#).await.unwrap();
        assert_eq!((key.access_key_id(), key.security_token().is_some()), ("LTAIx", false));
        let temporary = r#"printf '{"mode":"StsToken","access_key_id":"STS.x","access_key_secret":"s","sts_token":"t","expiration":"2099-01-02T03:04:05Z"}'"#;
        assert!(run(temporary).await.unwrap().security_token().is_some());
    }

    #[tokio::test]
    async fn a_program_that_gives_none_is_told_by_what_it_did_and_not_by_what_it_printed() {
        for (command, told) in [
            (
                "sh -c 'echo canary; echo canary >&2; exit 3'",
                "the program that gives credentials failed (exit status: 3)",
            ),
            ("/nowhere/canary", "the program that gives credentials cannot be started"),
            ("echo 'canary", "is not named by a command line; close its quotes"),
            ("", "is not named by a command line"),
            ("echo canary", "what the program that gives credentials printed: it is no JSON"),
            (
                r#"echo '{"mode":"canary","access_key_id":"a","access_key_secret":"b"}'"#,
                "no `mode` that is `AK` or `StsToken`",
            ),
            (
                r#"echo '{"mode":"StsToken","access_key_id":"a","access_key_secret":"b"}'"#,
                "the JSON has no `sts_token`",
            ),
        ] {
            let error = run(command).await.unwrap_err();
            assert!(error.contains(told) && !error.contains("canary"), "{command}: {error}");
        }
    }

    #[test]
    fn a_command_line_is_split_as_its_system_writes_it() {
        for (line, on_windows, words) in [
            (
                r#""C:\Program Files\key.exe" --as me  "a b"c """#,
                true,
                Some(vec![r"C:\Program Files\key.exe", "--as", "me", "a bc", ""]),
            ),
            (r"C:\keys\key.exe 'a b'", true, Some(vec![r"C:\keys\key.exe", "'a", "b'"])),
            (r#"key "a"#, true, None),
            (" \t", true, Some(vec![])),
            (r"/opt/the\ keys/key 'a b'", false, Some(vec!["/opt/the keys/key", "a b"])),
            ("key 'a", false, None),
        ] {
            let words = words.map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(split(line, on_windows), words, "{line}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_does_not_end_is_stopped_after_a_minute() {
        let error = run("sleep 600").await.unwrap_err();
        assert!(error.contains("was stopped, because it did not end within 60s"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_prints_too_much_is_stopped() {
        let error = run("head -c 1048577 /dev/zero").await.unwrap_err();
        assert!(error.contains("cannot be read: it printed more than 1048576 bytes"), "{error}");
        let error = run("head -c 1048576 /dev/zero").await.unwrap_err();
        assert!(error.contains("it is no JSON"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_closes_what_it_prints_to_is_waited_for() {
        let error = run("sh -c 'exec >&-; sleep 0.05; exit 4'").await.unwrap_err();
        assert!(error.contains("failed (exit status: 4)"), "{error}");
    }
}
