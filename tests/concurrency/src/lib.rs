//! The part of the standard library that the runtime's own sources name, with locks that a scheduler decides about and with a clock
//! that stands still until a test moves it.
//!
//! The program of this package takes it for `std`. So it runs the very text of the runtime, and the runtime knows nothing of it.

pub use std::*;

/// What is shared between tasks: every lock and every atomic is a place where the scheduler may let another task run.
pub mod sync {
    pub use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, atomic};
    pub use std::sync::PoisonError;
}

/// Time that only [`time::advance`] moves.
pub mod time {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;
    use std::ops::{Add, AddAssign};
    use std::task::Waker;
    pub use std::time::Duration;

    use shuttle::current::{TaskId, get_current_task};

    thread_local! {
        // All tasks of an execution run on one thread.
        static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
        static SLEEPERS: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
        static SEEN: RefCell<BTreeMap<(TaskId, &'static str), Duration>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// Begins anew, with nobody asleep.
    pub fn reset() {
        // The epoch of the system's clock must be far enough in the past to look back from now.
        NOW.set(Duration::from_secs(1 << 20));
        SLEEPERS.take();
        SEEN.take();
    }

    /// Lets time pass, and wakes all who sleep, to look whether it is their time.
    pub fn advance(by: Duration) {
        NOW.set(NOW.get() + by);
        SLEEPERS.take().into_iter().for_each(Waker::wake);
    }

    /// Wakes somebody when time passes.
    pub fn wake_later(waker: &Waker) {
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.push(waker.clone()));
    }

    fn seen(clock: &'static str) -> Duration {
        let of_task = |task| SEEN.with_borrow(|seen| seen.get(&(task, clock)).copied());
        get_current_task().and_then(of_task).unwrap_or_default()
    }

    fn now(clock: &'static str) -> Duration {
        if let Some(task) = get_current_task() {
            SEEN.with_borrow_mut(|seen| seen.insert((task, clock), NOW.get()));
        }
        NOW.get()
    }

    macro_rules! clock {
        ($name:ident) => {
            #[doc = concat!("Stands for `", stringify!($name), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name(Duration);

            impl $name {
                /// Returns the time that it is.
                #[must_use]
                pub fn now() -> Self {
                    Self(now(stringify!($name)))
                }

                /// Returns the time that the running task saw last on this clock, which is what it decided by.
                #[must_use]
                pub fn seen() -> Duration {
                    seen(stringify!($name))
                }

                /// Returns the time since the beginning of time.
                #[must_use]
                pub fn elapsed_since_start(self) -> Duration {
                    self.0
                }

                /// Returns a later time.
                #[must_use]
                pub fn checked_add(self, by: Duration) -> Option<Self> {
                    self.0.checked_add(by).map(Self)
                }

                /// Returns an earlier time.
                #[must_use]
                pub fn checked_sub(self, by: Duration) -> Option<Self> {
                    self.0.checked_sub(by).map(Self)
                }

                /// Returns how much later it is than another, or nothing if it is earlier.
                #[must_use]
                pub fn saturating_duration_since(self, earlier: Self) -> Duration {
                    self.0.saturating_sub(earlier.0)
                }

                /// Returns how much later this is.
                ///
                /// # Errors
                ///
                /// Fails if it is earlier, with how much.
                pub fn duration_since(self, earlier: Self) -> Result<Duration, Duration> {
                    self.0.checked_sub(earlier.0).ok_or_else(|| earlier.0 - self.0)
                }
            }

            impl Add<Duration> for $name {
                type Output = Self;

                fn add(self, by: Duration) -> Self {
                    Self(self.0 + by)
                }
            }

            impl AddAssign<Duration> for $name {
                fn add_assign(&mut self, by: Duration) {
                    self.0 += by;
                }
            }
        };
    }

    clock!(Instant);
    clock!(SystemTime);

    impl SystemTime {
        /// Is the beginning of time.
        pub const UNIX_EPOCH: Self = Self(Duration::ZERO);
    }
}
