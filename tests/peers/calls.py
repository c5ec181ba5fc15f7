"""Makes the calls that come as lines of JSON, and answers each with a line: what an official SDK returned or raised.

A line names the operation, its version and its path, its parameters by their names on the wire, the host, and the key: id, secret
and perhaps token.
"""

import json
import sys


def serve(call, refusal, told):
    for line in iter(sys.stdin.readline, ""):
        wanted = json.loads(line)
        try:
            answer = {"returned": call(wanted, wanted["key"])}
        except refusal as error:
            answer = {"refused": told(error)}
        print(json.dumps(answer), flush=True)
