"""Runs programs in turn, many times, and prints what each took as JSON: medians of wall and CPU milliseconds, and of KiB at most.

The standard input names them: {"runs": 50, "commands": {"name": ["program", "argument"]}}. A program that fails ends it.

The memory that the system reports is never less than that of this script itself, in which a program begins its life; so what
does nothing is measured beside the others, and tells where the measure begins.
"""

import json
import os
import statistics
import sys
import time

wanted = json.load(sys.stdin)
nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
measured = {name: [] for name in wanted["commands"]}
for run in range(wanted["runs"] + 1):
    for name, command in wanted["commands"].items():
        begun = time.perf_counter()
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=nothing)
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begun
        if status != 0:
            sys.exit(f"{' '.join(command)} failed: {os.waitstatus_to_exitcode(status)}")
        # The first round warms what the system keeps of files.
        if run > 0:
            measured[name].append((wall * 1000, (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss))
print(json.dumps({name: [statistics.median(part) for part in zip(*runs)] for name, runs in measured.items()}))
