//! What others test their code with: scripts, recordings and replays.

#![allow(clippy::unwrap_used)]

mod recording;
mod script;
