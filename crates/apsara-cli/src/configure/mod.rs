//! `apsara configure`: a profile in the official CLI's file.

mod file;
mod json;
mod locked;

use std::io::{IsTerminal as _, Read as _};

use clap::Args;

use self::file::File;
use self::json::Json;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::harmless;
use crate::words::hint;

/// What of a profile is set. What is not said is asked for on a terminal, and stays as it is otherwise.
#[derive(Args)]
pub(crate) struct Options {
    /// The profile; the current one of the file unless set, or else default.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The id of the access key.
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// Reads the secret from the standard input: its first line, and from the second one the token of a temporary key.
    #[arg(long)]
    secret_stdin: bool,
    /// The region that chooses the endpoint.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The mode, as the official CLI has it: AK, StsToken, RamRoleArn and others; by the access key unless set.
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// Sets another text of the profile, such as ram_role_arn. Can be given several times; secrets do not belong here.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Makes the profile the current one.
    #[arg(long)]
    current: bool,
    /// Shows the secret while it is typed.
    #[arg(long)]
    echo: bool,
}

/// Names that hold a secret, which other programs of the machine would see on a command line.
const SECRETS: [&str; 6] =
    ["access_key_secret", "sts_token", "private_key", "bearer_token", "access_token", "oauth_refresh_token"];

/// Writes a profile.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let file = File::read(File::path(|name| std::env::var(name).ok())?)?;
    crate::output::print(&write(file, options)?)
}

/// Writes a profile of a file, and says what changed. The file is read again when all is known that is asked for, which may take a
/// person a while.
fn write(file: File, options: &Options) -> Result<String, Failure> {
    let name = options.profile.clone().or_else(|| file.current().map(str::to_owned)).unwrap_or("default".to_owned());
    let changes = changes(&file, &name, options)?;
    file.change(|file| change(file, &name, changes.clone(), options))
}

/// Returns what the options say of a profile, or else somebody at the terminal.
fn changes(file: &File, name: &str, options: &Options) -> Result<Vec<(String, String)>, Failure> {
    let says_nothing = options.access_key_id.is_none() && options.region.is_none() && options.mode.is_none();
    let asks = says_nothing && options.set.is_empty() && !options.secret_stdin && !options.current;
    if asks {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::usage("there is no terminal to ask; say what to set").with(
                "for example",
                "apsara configure --access-key-id ID --region cn-shanghai --secret-stdin < secret",
            ));
        }
        return asked(&|key| known(file, name, key), options);
    }
    given(options)
}

fn known(file: &File, name: &str, key: &str) -> Option<String> {
    file.profile(name).and_then(|profile| profile.get(key)).and_then(Json::as_str).map(str::to_owned)
}

/// Changes a profile of a file, and says what changed.
fn change(
    file: &mut File,
    name: &str,
    mut changes: Vec<(String, String)>,
    options: &Options,
) -> Result<String, Failure> {
    let had_current = file.current().is_some();
    let is_new = file.profile(name).is_none();
    // Nothing but which is the current one was said: a profile that is not there is a slip.
    if is_new && changes.is_empty() {
        let meant = hint(name, file.names());
        let failure = Failure::usage(format!("{} has no profile {name}{meant}", file.location().display()));
        return Err(failure.with("to make one", "say what it has, such as --access-key-id ID --secret-stdin"));
    }
    let changed = |key: &str| changes.iter().any(|(known, _)| known == key);
    if is_new || changed("access_key_id") {
        // A token is of one key: with another, and none of its own, the mode is that of a permanent one.
        let is_temporary = changed("sts_token");
        let mode = if is_temporary { "StsToken" } else { "AK" };
        let follows = known(file, name, "mode").is_none_or(|mode| ["AK", "StsToken"].contains(&mode.as_str()));
        if !changed("mode") && follows {
            changes.push(("mode".to_owned(), mode.to_owned()));
        }
    }
    let profile = file.profile_mut(name).ok_or_else(|| Failure::usage("the file holds no list of profiles"))?;
    for (key, value) in &changes {
        profile.set(key, Json::text(value));
    }
    if is_new {
        // What the official CLI wants to find there.
        for (key, value) in [("output_format", "json"), ("language", "en")] {
            profile.entry(key, Json::text(value));
        }
    }
    if options.current || !had_current {
        file.make_current(name);
    }
    let names: Vec<&str> = changes.iter().map(|(key, _)| key.as_str()).collect();
    let what = if names.is_empty() { "nothing changed".to_owned() } else { names.join(", ") };
    Ok(harmless(&format!("profile {name} of {}: {what}\n", file.location().display())))
}

/// Sets texts of a profile in a file, as `apsara configure --profile NAME --set NAME=VALUE` does.
#[cfg(feature = "fuzz")]
pub(crate) fn set(path: std::path::PathBuf, profile: &str, set: Vec<String>) -> Result<String, Failure> {
    let options = Options {
        profile: Some(profile.to_owned()),
        access_key_id: None,
        secret_stdin: false,
        region: None,
        mode: None,
        set,
        current: false,
        echo: false,
    };
    write(File::read(path)?, &options)
}

/// Reads what the options say.
fn given(options: &Options) -> Result<Vec<(String, String)>, Failure> {
    let mut out = Vec::new();
    let plain = [("mode", &options.mode), ("access_key_id", &options.access_key_id), ("region_id", &options.region)];
    for (key, value) in plain {
        out.extend(value.as_ref().map(|value| (key.to_owned(), value.trim().to_owned())));
    }
    for text in &options.set {
        let (key, value) = text.split_once('=').ok_or_else(|| Failure::usage("--set wants NAME=VALUE"))?;
        if SECRETS.contains(&key) {
            return Err(Failure::usage(format!(
                "{key} is a secret, and every program of this machine sees a command line"
            ))
            .with("what to do", "--secret-stdin reads the secret, and in a second line the token"));
        }
        out.push((key.to_owned(), value.to_owned()));
    }
    if options.secret_stdin {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| Failure::new(Exit::Failed, format!("no secret was read: {error}")))?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secret = lines.next().ok_or_else(|| Failure::usage("the standard input holds no secret"))?;
        out.push(("access_key_secret".to_owned(), secret.to_owned()));
        out.extend(lines.next().map(|token| ("sts_token".to_owned(), token.to_owned())));
    }
    Ok(out)
}

/// Asks for what a profile with an access key has; what is left empty stays as it is.
fn asked(known: &impl Fn(&str) -> Option<String>, options: &Options) -> Result<Vec<(String, String)>, Failure> {
    let mut out = Vec::new();
    for (key, question) in
        [("access_key_id", "Access key id"), ("access_key_secret", "Access key secret"), ("region_id", "Region")]
    {
        let secret = SECRETS.contains(&key);
        let before = known(key).filter(|text| !text.is_empty());
        let shown = match (&before, secret) {
            (Some(_), true) => " [stays if empty]".to_owned(),
            (Some(text), false) => format!(" [{text}]"),
            (None, _) => String::new(),
        };
        let answer = ask(&format!("{question}{shown}: "), secret && !options.echo)?;
        match answer.trim() {
            "" if before.is_none() && key != "region_id" => {
                return Err(Failure::usage(format!("{question} is needed; nothing was written")));
            }
            "" => {}
            text => out.push((key.to_owned(), text.to_owned())),
        }
    }
    Ok(out)
}

/// Asks on the terminal, and does not show what is typed if it is hidden.
fn ask(question: &str, hidden: bool) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, format!("the terminal cannot be asked: {error}"));
    if hidden { crate::unseen::ask(question) } else { crate::terminal::ask(question).map_err(failed) }
}
