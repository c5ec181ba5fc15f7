//! Makes thousands of calls of one operation at the full quota, with a journal by which an interrupted run goes on.
//!
//! A call that may do harm when it is executed twice must not be repeated because a program was killed. So every call has a record
//! in the journal that is on the disk before the call goes out, and one with what became of it. A run that is resumed makes only
//! those calls of which it is known that they were not executed; those of which nobody knows are found out about where an overlay
//! says how, and else listed for somebody to look at.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use apsara_bulk::{Executor, Input, Options, Run, Stop, check};
//!
//! # async fn example(executor: Arc<dyn Executor>) -> Result<(), apsara_bulk::BulkError> {
//! let journal = std::path::Path::new("run.journal");
//! let checked = check(Input::open("tasks.jsonl")?, &*executor, journal)?;
//! for violation in checked.violations() {
//!     eprintln!("{violation}");
//! }
//! let mut run = Run::create(checked, journal, &*executor)?;
//! println!("{}", run.plan(&*executor, &Options::default()));
//! let summary = run.go_on(executor, &Options::default(), &Stop::new(), |_progress| {}).await?;
//! println!("{summary}");
//! # Ok(())
//! # }
//! ```
//!
//! Memory does not grow with the input but by a byte for each line, and one more while its calls are made; by eight more while it is
//! checked, by nine more while its results are written; and by some thirty for each line of which nobody knows what became. So an input has a hundred
//! million lines at most.

mod error;
mod executor;
mod fate;
mod input;
mod journal;
mod plan;
mod reconcile;
mod results;
mod run;

pub use error::BulkError;
pub use executor::{Answer, Called, Executor, Failure, Problem, Typed, Untyped};
pub use fate::{Counts, Fate};
pub use input::{Checked, Format, Input, LineViolation, check, read_json};
pub use journal::Tail;
pub use plan::Plan;
pub use reconcile::Reconcile;
pub use results::results;
pub use run::{Ended, Options, Progress, Run, Stop, Summary};
