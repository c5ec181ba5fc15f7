//! Windows of time that have room for so many calls.

use std::collections::VecDeque;
use std::time::Duration;

use super::Quotas;

/// So many calls in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    calls: u32,
    span: Duration,
}

impl Limit {
    /// Both numbers are at least 1.
    pub(super) fn new(calls: u32, seconds: u32) -> Self {
        Self { calls, span: Duration::from_secs(seconds.into()) }
    }
}

/// What was admitted of late.
pub(super) enum Window {
    Fixed { number: u128, admitted: u32 },
    Sliding { admitted: VecDeque<Duration> },
}

impl Window {
    pub(super) fn new(quotas: Quotas) -> Self {
        match quotas {
            Quotas::Sliding => Self::Sliding { admitted: VecDeque::new() },
            Quotas::Fixed | Quotas::Off => Self::Fixed { number: 0, admitted: 0 },
        }
    }

    /// Admits a call at a time since the start, or tells how long it takes until there is room.
    pub(super) fn admit(&mut self, limit: Limit, now: Duration) -> Result<(), Duration> {
        match self {
            Self::Fixed { number, admitted } => {
                let current = now.as_nanos() / limit.span.as_nanos();
                if *number != current {
                    (*number, *admitted) = (current, 0);
                }
                if *admitted >= limit.calls {
                    let passed = now.as_nanos() % limit.span.as_nanos();
                    return Err(limit.span - Duration::from_nanos(u64::try_from(passed).unwrap_or(u64::MAX)));
                }
                *admitted += 1;
                Ok(())
            }
            Self::Sliding { admitted } => {
                // Of the last N calls, the oldest must be out of the window: there are never more than N to remember.
                if admitted.len() >= limit.calls as usize
                    && let Some(oldest) = admitted.front()
                {
                    let passed = now.saturating_sub(*oldest);
                    if passed < limit.span {
                        return Err(limit.span - passed);
                    }
                    admitted.pop_front();
                }
                admitted.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { calls: 3, span: Duration::from_secs(2) };

    fn admit(window: &mut Window, at: u64) -> Result<(), u128> {
        window.admit(LIMIT, Duration::from_millis(at)).map_err(|wait| wait.as_millis())
    }

    #[test]
    fn fixed_windows_begin_at_multiples_of_their_span() {
        let mut window = Window::new(Quotas::Fixed);
        let calls = [1900, 1950, 1999, 1999, 2000, 2001, 2002, 2003, 3999, 4000, 9000];
        let told = calls.map(|at| admit(&mut window, at));
        let expected = [Ok(()), Ok(()), Ok(()), Err(1), Ok(()), Ok(()), Ok(()), Err(1997), Err(1), Ok(()), Ok(())];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_sliding_log_never_has_more_than_the_limit_in_any_span() {
        let mut window = Window::new(Quotas::Sliding);
        let calls = [1900, 1950, 1999, 2000, 3899, 3900, 3901, 3950, 9000, 9000, 9000, 9000];
        let told = calls.map(|at| admit(&mut window, at));
        let first = [Ok(()), Ok(()), Ok(()), Err(1900), Err(1), Ok(()), Err(49), Ok(())];
        assert_eq!(told[..8], first);
        assert_eq!(told[8..], [Ok(()), Ok(()), Ok(()), Err(2000)]);
        let Window::Sliding { admitted } = window else { panic!("it slides") };
        assert_eq!(admitted.len(), 3);
    }
}
