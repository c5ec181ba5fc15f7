"""Finds keys with the official package: for each line of JSON, with its variables, prints a key and the name of its provider.

What the package would ask in the cloud it asks on this machine: a line says which host stands for which. There is no setting for that, so
that the library underneath is told. The package reads the environment when it is imported, so that each line has a process of its own, in
which only the package is not imported yet.
"""

import json
import os
import sys

import aiofiles  # noqa: F401
from Tea.core import TeaCore
from apscheduler.schedulers import background  # noqa: F401

do_action = TeaCore.do_action


def find(wanted):
    os.environ.clear()
    os.environ.update(wanted["vars"])
    hosts = wanted["hosts"]

    def redirected(request, runtime=None):
        host, port = hosts.get(request.headers["host"], ":").split(":")
        if host:
            request.headers["host"], request.port, request.protocol = host, int(port), "http"
        return do_action(request, runtime)

    TeaCore.do_action = staticmethod(redirected)
    from alibabacloud_credentials.client import Client

    key = Client().get_credential()
    print(
        json.dumps(
            {
                "id": key.access_key_id,
                "secret": key.access_key_secret,
                "token": key.security_token,
                "provider": key.provider_name,
            }
        ),
        flush=True,
    )


for line in sys.stdin.readlines():
    child = os.fork()
    if child == 0:
        status = 1
        try:
            find(json.loads(line))
            status = 0
        finally:
            # The package leaves a thread behind.
            sys.stderr.flush()
            os._exit(status)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("there was no key for a line: " + line)
