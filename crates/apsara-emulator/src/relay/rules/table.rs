//! The one table of all choices, which docs/emulator-choices.md is written from.

use super::Choice;

/// One answer to one question.
pub(super) struct Row {
    pub(super) choice: Choice,
    pub(super) name: &'static str,
    pub(super) is_default: bool,
    pub(super) question: &'static str,
    pub(super) does: &'static str,
    pub(super) source: &'static str,
}

const fn row(
    choice: Choice,
    name: &'static str,
    question: &'static str,
    does: &'static str,
    source: &'static str,
) -> Row {
    Row { choice, name, is_default: false, question, does, source }
}

/// The answer that holds unless another is chosen.
const fn default(
    choice: Choice,
    name: &'static str,
    question: &'static str,
    does: &'static str,
    source: &'static str,
) -> Row {
    Row { choice, name, is_default: true, question, does, source }
}

const RESTART_ID: &str = "Which id does a task have after a restart?";
const STOP: &str = "What does Stop do to a task that is not running (0, 3, -1)?";
const EARLY_RESTART: &str = "What does Restart do before the start time?";
const EARLY_UPDATE: &str = "What may Update change before the start?";
const RUNNING_UPDATE: &str = "What may Update change while the task runs or recovers?";
const STOPPED_UPDATE: &str = "What may Update change while the task is stopped?";
const SOURCES: &str = "When do new SourceUrls take effect?";
const LENGTH: &str = "How long may a task last?";
const PROTOCOLS: &str = "Which source protocols are there?";
const REGIONS: &str = "Which live centres are there?";
const EXITED: &str = "How long do Describe and List know a task that has exited?";
const PAST_START: &str = "May the start time be in the past?";
const FILES: &str = "How long is a file of a list?";
const FINISHED: &str = "What becomes of a task whose list is finished before its end time?";
const EXIT_EVENT: &str = "How is an exit told to CallbackUrl?";
const SPELLING: &str = "How is the event of a callback spelled?";
const RECOVERY: &str = "Is it told that a task has recovered?";
const RETRIES: &str = "Is a callback that fails sent again?";

const NOT_DOCUMENTED: &str = "not documented";

/// Every choice, in the order of the enum, the answers to one question side by side.
pub(super) const ROWS: &[Row] = &[
    default(
        Choice::NewId,
        "new-id",
        RESTART_ID,
        "A new one. The old id answers status -1, `TriggerByUser`, while exited tasks are known; lists show the new one alone.",
        "\"the ID of the new task\", and the sample of the page on Restart shows another id",
    ),
    row(Choice::SameId, "same-id", RESTART_ID, "The one it had.", "whether the ids differ is documented nowhere else"),
    default(
        Choice::StopRefused,
        "stop-refused",
        STOP,
        "400 `CodeTaskHasStopped`.",
        "Stop's table of codes has the code",
    ),
    row(
        Choice::StopIgnored,
        "stop-ignored",
        STOP,
        "It succeeds and changes nothing.",
        "Stop's page calls it without effect",
    ),
    default(
        Choice::EarlyRestartRefused,
        "early-restart-refused",
        EARLY_RESTART,
        "400 `InvalidParameter`: the start time has not been reached.",
        "the page on Restart calls it invalid; how it is reported is not documented",
    ),
    row(
        Choice::EarlyRestartIgnored,
        "early-restart-ignored",
        EARLY_RESTART,
        "It succeeds under the same id and changes nothing.",
        "the page on Restart calls it invalid; how it is reported is not documented",
    ),
    default(
        Choice::EarlyUpdateAll,
        "early-update-all",
        EARLY_UPDATE,
        "All that Update has parameters for, Region too; SourceType and DstUrl are ignored.",
        "what the texts have in common, with the parameters' own descriptions",
    ),
    row(
        Choice::EarlyUpdateOlder,
        "early-update-older",
        EARLY_UPDATE,
        "SourceType, SourceProtocol and DstUrl as well, if they are sent; SourceUrls must fit the new type.",
        "older text, and the Chinese page still: SourceType, Region and DstUrl may change",
    ),
    row(
        Choice::EarlyUpdateRegion,
        "early-update-region",
        EARLY_UPDATE,
        "Region, CallbackUrl and RepeatNumber; another value for anything else is 400 `InvalidParameter`.",
        "newer text: Region alone; the other two may change at any time",
    ),
    default(
        Choice::RunningUpdateLimited,
        "running-update-limited",
        RUNNING_UPDATE,
        "CallbackUrl and RepeatNumber; another value for anything else is `CodeTaskHasStarted`.",
        "pages; \"RepeatTime\" there is read as RepeatNumber",
    ),
    row(
        Choice::RunningUpdateEnd,
        "running-update-end",
        RUNNING_UPDATE,
        "EndTime as well.",
        "the description of EndTime: without effect once the task has exited",
    ),
    default(
        Choice::StoppedUpdateNewer,
        "stopped-update-newer",
        STOPPED_UPDATE,
        "All but Region; a start time has no effect; SourceType and DstUrl are ignored.",
        "newer text; Update has no such parameters",
    ),
    row(
        Choice::StoppedUpdateOlder,
        "stopped-update-older",
        STOPPED_UPDATE,
        "All but Region, SourceType and DstUrl; other values of these are `CodeTaskHasStarted`.",
        "older text",
    ),
    default(
        Choice::SourcesAfterRestart,
        "sources-after-restart",
        SOURCES,
        "With the next restart; a running task refuses them with `CodeTaskHasStarted`.",
        "newer sentence on the page on Update: the task must be stopped",
    ),
    row(
        Choice::SourcesAtOnce,
        "sources-at-once",
        SOURCES,
        "At once, also in a running task, which is not interrupted. A list goes on at the same index, or at the top if the new one is shorter.",
        "older sentence on the same page: at once for live, after the current video for vod",
    ),
    default(Choice::AnyLength, "any-length", LENGTH, "For any time.", "newer texts have no limit"),
    row(
        Choice::SevenDays,
        "seven-days",
        LENGTH,
        "Seven days from start to end, else `InvalidParam.CodeIllegalDuration`.",
        "older text; its code is not documented",
    ),
    default(
        Choice::ProtocolsAll,
        "protocols-all",
        PROTOCOLS,
        "flv, hls, http-flv, rtmp, rtsp, srt, in any case.",
        "older and newer text together",
    ),
    row(Choice::ProtocolsOlder, "protocols-older", PROTOCOLS, "flv, http-flv, rtmp, rtsp, srt.", "older text"),
    row(Choice::ProtocolsNewer, "protocols-newer", PROTOCOLS, "hls, http-flv, rtmp, srt.", "newer text"),
    default(
        Choice::RegionsKnown,
        "regions-known",
        REGIONS,
        "The documented ones and every other one in the metadata, `preregion` included.",
        "pages and metadata",
    ),
    row(
        Choice::RegionsDocumented,
        "regions-documented",
        REGIONS,
        "ap-southeast-1, ap-southeast-5, cn-beijing, cn-shanghai.",
        "the page on Restart",
    ),
    row(
        Choice::RegionsWithShenzhen,
        "regions-with-shenzhen",
        REGIONS,
        "The same, and cn-shenzhen for all operations.",
        "the newest page on Create adds it; a task there that no other operation could name would be of no use",
    ),
    default(
        Choice::ExitedDay,
        "exited-24h",
        EXITED,
        "24 hours by the emulator's clock.",
        "not documented; it must be for a while, since status -1 is",
    ),
    row(Choice::ExitedQuarterHour, "exited-15m", EXITED, "15 minutes.", NOT_DOCUMENTED),
    row(Choice::ExitedWeek, "exited-7d", EXITED, "7 days.", NOT_DOCUMENTED),
    default(
        Choice::PastStartAccepted,
        "past-start-accepted",
        PAST_START,
        "Yes; the task runs at once.",
        NOT_DOCUMENTED,
    ),
    row(
        Choice::PastStartRefused,
        "past-start-refused",
        PAST_START,
        "No: `InvalidParam.CodeIllegalDuration`.",
        NOT_DOCUMENTED,
    ),
    default(
        Choice::FilesEndless,
        "files-endless",
        FILES,
        "It plays for ever, so that no list is finished.",
        "the emulator's own: it opens no file",
    ),
    row(
        Choice::FilesMinute,
        "files-1m",
        FILES,
        "One minute; RepeatNumber counts, and an Offset beyond the first file skips it.",
        "the emulator's own",
    ),
    row(Choice::FilesTenMinutes, "files-10m", FILES, "Ten minutes, else as files-1m.", "the emulator's own"),
    default(
        Choice::FinishedOffline,
        "finished-offline",
        FINISHED,
        "It is stopped, status 3, without a reason, and can be restarted.",
        NOT_DOCUMENTED,
    ),
    row(Choice::FinishedExits, "finished-exits", FINISHED, "It exits with `OverEndTime`.", NOT_DOCUMENTED),
    row(
        Choice::FinishedRuns,
        "finished-runs",
        FINISHED,
        "It keeps status 1 at the end of its last file.",
        NOT_DOCUMENTED,
    ),
    default(
        Choice::ExitEventOwn,
        "exit-event-own",
        EXIT_EVENT,
        "`LivePullToPushExit` with EventTime, TaskId, TaskInfo, TaskStatus -1, TaskExitTime, TaskExitReason.",
        "that it is told is documented; its name and fields are not",
    ),
    row(
        Choice::ExitEventRunning,
        "exit-event-running",
        EXIT_EVENT,
        "`LivePullToPushRunning` with the same fields.",
        "that it is told is documented; its name and fields are not",
    ),
    row(Choice::ExitEventNone, "exit-event-none", EXIT_EVENT, "Not at all.", "the page describes no such event"),
    default(
        Choice::EventAsTable,
        "event-as-table",
        SPELLING,
        "`LivePullToPushRunning`, EventTime a number.",
        "the table of the page on callbacks",
    ),
    row(
        Choice::EventAsSample,
        "event-as-sample",
        SPELLING,
        "`LivePullToPushRuning`, EventTime a text.",
        "the sample of the page on callbacks",
    ),
    default(
        Choice::RecoverySilent,
        "recovery-silent",
        RECOVERY,
        "No.",
        "the page lists start, restart, error, stop and the end of retries",
    ),
    row(Choice::RecoveryTold, "recovery-told", RECOVERY, "By the event with status 1.", NOT_DOCUMENTED),
    default(
        Choice::CallbackRetried,
        "callback-retried",
        RETRIES,
        "Up to 5 times, 1 second after the last attempt has failed; one fails if no status 200 to 299 comes within 5 seconds.",
        "callbacks of Live in general; whether this covers relay tasks is not documented",
    ),
    row(Choice::CallbackOnce, "callback-once", RETRIES, "No; it fails as above.", NOT_DOCUMENTED),
];
