"""Runs programs in turn, many times, and prints what each took as JSON: medians of wall and CPU milliseconds, and KiB at most.

The standard input names them: {"runs": 50, "commands": {"name": ["program", "argument"]}}. A program that fails ends it.

Memory is the most that a program had resident, read from the system again and again while it runs, in rounds of their own, so that
reading disturbs no time: what wait4 tells is never less than this script itself has, in whose memory a program begins its life. It is
the most of nine runs, for what soon ends is mostly looked at too early.
"""

import json
import os
import re
import statistics
import sys
import time


def failed(command, status):
    if status != 0:
        sys.exit(f"{' '.join(command)} failed: {os.waitstatus_to_exitcode(status)}")


def most_resident(command):
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=nothing)
    most = 0
    while True:
        with open(f"/proc/{child}/status") as status:
            found = re.search(r"VmHWM:\s+(\d+)", status.read())
        most = max(most, int(found.group(1)) if found else 0)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            failed(command, status)
            return most


wanted = json.load(sys.stdin)
nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
measured = {name: [] for name in wanted["commands"]}
for run in range(wanted["runs"] + 1):
    for name, command in wanted["commands"].items():
        begun = time.perf_counter()
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=nothing)
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begun
        failed(command, status)
        # The first round warms what the system keeps of files.
        if run > 0:
            measured[name].append((wall * 1000, (used.ru_utime + used.ru_stime) * 1000))
resident = {name: [most_resident(command) for _ in range(9)] for name, command in wanted["commands"].items()}
medians = {name: [statistics.median(part) for part in zip(*runs)] for name, runs in measured.items()}
print(json.dumps({name: medians[name] + [max(resident[name])] for name in medians}))
