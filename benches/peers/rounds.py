"""Rounds of the official Python SDKs: `rounds.py v3|v1 HOST [CERTIFICATE]`, then a line `CALLS AT_ONCE` for each round.

Where there is a file with the certificate that the host shows, it is called by HTTPS; REQUESTS_CA_BUNDLE must name that file too.

Each line is answered with what the calls cost, as the clients in Rust do. Calls that are under way at once have a thread each.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

KEY = "LTAI-example", "example-secret"
REGION, TASK = "cn-shanghai", "6f869419-0692-4fd5-8cf0-66cab6591f2d"
ANSWER = "fb0d4ac7-c7e3-4978-9743-0bf2f6e81f2d"


def sdk_v3(host, certificate):
    from alibabacloud_live20161101.client import Client
    from alibabacloud_live20161101.models import RestartLivePullToPushRequest
    from alibabacloud_tea_openapi.utils_models import Config

    protocol = "https" if certificate else "http"
    client = Client(
        Config(access_key_id=KEY[0], access_key_secret=KEY[1], endpoint=host, protocol=protocol, region_id=REGION)
    )

    def call():
        request = RestartLivePullToPushRequest(region=REGION, task_id=TASK)
        return client.restart_live_pull_to_push(request).body.task_id

    return call


def core_v1(host, certificate):
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkcore.request import CommonRequest

    client = AcsClient(*KEY, REGION, auto_retry=False, verify=certificate)

    def call():
        request = CommonRequest(domain=host, version="2016-11-01", action_name="RestartLivePullToPush")
        request.set_protocol_type("https" if certificate else "http")
        request.set_method("GET")
        request.set_accept_format("json")
        request.add_query_param("Region", REGION)
        request.add_query_param("TaskId", TASK)
        return json.loads(client.do_action_with_exception(request))["TaskId"]

    return call


def main():
    name, host, *certificate = sys.argv[1:]
    call = {"v3": sdk_v3, "v1": core_v1}[name](host, next(iter(certificate), None))

    def checked(_):
        assert call() == ANSWER

    with ThreadPoolExecutor(64) as threads:
        for line in iter(sys.stdin.readline, ""):
            calls, at_once = map(int, line.split())
            wall, cpu = time.perf_counter_ns(), time.process_time_ns()
            if at_once == 1:
                for number in range(calls):
                    checked(number)
            else:
                list(threads.map(checked, range(calls)))
            wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
            print(json.dumps({"wall_ns": wall, "cpu_ns": cpu, "allocations": 0}), flush=True)


main()
