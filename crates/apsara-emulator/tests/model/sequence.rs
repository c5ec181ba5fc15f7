//! Sequences of calls, failures and moves of the clock, drawn from a seed.

/// The task whose id came up last: what happens to one task after another makes the longest stories.
pub(crate) const NEWEST: usize = usize::MAX;

/// One step. Tasks are named by the order in which their ids came up, so that a step means the same without the others.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Advance(i64),
    Create(Plan),
    /// A call on a task, perhaps in a region that is not the task's.
    Call {
        event: &'static str,
        task: usize,
        elsewhere: bool,
    },
    Update {
        task: usize,
        change: Change,
    },
    Fail {
        task: usize,
        cause: &'static str,
    },
    Recover {
        task: usize,
    },
    List {
        region: usize,
    },
}

/// What a task is created with; times are seconds from now.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) is_list: bool,
    pub(crate) region: usize,
    pub(crate) destination: usize,
    pub(crate) start: i64,
    pub(crate) length: i64,
    pub(crate) retries: i64,
    pub(crate) interval: i64,
    pub(crate) files: usize,
    pub(crate) place: (usize, i64),
    pub(crate) repeat: i64,
}

/// What an update changes; times are seconds from now.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Callback,
    Region(usize),
    Start(i64),
    End(i64),
    Sources {
        files: usize,
        variant: u64,
    },
    /// One of both, or both.
    Place {
        index: Option<usize>,
        offset: Option<i64>,
    },
    Repeat(i64),
}

impl Change {
    pub(crate) fn event(&self) -> &'static str {
        match self {
            Self::Callback => "update-callback",
            Self::Region(_) => "update-region",
            Self::Start(_) => "update-start",
            Self::End(_) => "update-end",
            Self::Sources { .. } => "update-sources",
            Self::Place { .. } => "update-place",
            Self::Repeat(_) => "update-repeat",
        }
    }
}

/// `SplitMix64`, which is small and good enough to draw steps with.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Draws a sequence, which begins with a task: without one little can happen.
    pub(crate) fn sequence(&mut self) -> Vec<Step> {
        let length = 3 + self.below(12);
        let mut steps = vec![Step::Create(self.plan())];
        for _ in 0..length {
            steps.push(self.step());
            if self.below(20) == 0 {
                steps.extend(self.changes());
            }
        }
        steps
    }

    /// What somebody does who changes a task: steps that chance alone would seldom put in this order.
    fn changes(&mut self) -> Vec<Step> {
        let call = |event| Step::Call { event, task: NEWEST, elsewhere: false };
        let mut steps = vec![call("stop")];
        steps.extend((0..2).map(|_| Step::Update { task: NEWEST, change: self.change() }));
        steps.push(call("restart"));
        steps
    }

    fn step(&mut self) -> Step {
        // A few tasks, so that most steps meet one; now and then an id that nobody has.
        let task = self.of(&[NEWEST, NEWEST, NEWEST, NEWEST, NEWEST, 0, 0, 1, 2, 99]);
        match self.below(100) {
            0..24 => Step::Advance(self.of(&[1, 30, 59, 60, 61, 119, 120, 180, 400, 899, 900, 3600, 86_399, 86_400])),
            24..32 => Step::Create(self.plan()),
            32..64 => {
                let event = self.of(&["describe", "stop", "stop", "restart", "restart", "restart", "delete"]);
                Step::Call { event, task, elsewhere: self.below(25) == 0 }
            }
            64..80 => Step::Update { task, change: self.change() },
            80..90 => Step::Fail { task, cause: self.of(&["PullStreamFailed", "PushStreamFailed", "UnknownError"]) },
            90..96 => Step::Recover { task },
            _ => Step::List { region: self.below(2) },
        }
    }

    fn plan(&mut self) -> Plan {
        let is_list = self.below(3) > 0;
        let files = if is_list { 1 + self.below(3) } else { 1 };
        let index = self.below(files);
        Plan {
            is_list,
            region: usize::from(self.below(8) == 0),
            destination: self.below(6),
            start: self.of(&[-100, 0, 0, 0, 60, 60, 900]),
            length: self.of(&[0, 90, 400, 1000, 5000, 5000, 100_000]),
            retries: self.of(&[0, 1, 2, 3]),
            interval: self.of(&[60, 90]),
            files,
            place: (index, self.of(&[0, 0, 20, 75])),
            repeat: self.of(&[-1, 0, 0, 1]),
        }
    }

    fn change(&mut self) -> Change {
        match self.below(9) {
            0 => Change::Callback,
            1 => Change::Region(self.below(2)),
            2 => Change::Start(self.of(&[-50, 0, 60, 500])),
            3 => Change::End(self.of(&[-50, 0, 50, 2000])),
            4..6 => Change::Sources { files: 1 + self.below(3), variant: self.next() % 2 },
            6..8 => {
                let (index, offset) = (Some(self.below(4)), Some(self.of(&[1, 30, 90])));
                match self.below(3) {
                    0 => Change::Place { index, offset: None },
                    1 => Change::Place { index: None, offset },
                    _ => Change::Place { index, offset },
                }
            }
            _ => Change::Repeat(self.of(&[-1, 0, 1, 2])),
        }
    }
}
