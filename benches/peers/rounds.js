'use strict';

// Rounds of the official Node SDKs: `rounds.js v3|v1 HOST [CERTIFICATE]`, then a line `CALLS AT_ONCE` for each round, as rounds.py has
// them. What Node trusts, NODE_EXTRA_CA_CERTS says.

const readline = require('readline');

const KEY = { accessKeyId: 'LTAI-example', accessKeySecret: 'example-secret' };
const PARAMETERS = { Region: 'cn-shanghai', TaskId: '6f869419-0692-4fd5-8cf0-66cab6591f2d' };
const ANSWER = 'fb0d4ac7-c7e3-4978-9743-0bf2f6e81f2d';

const clients = {
  v3(host, protocol) {
    const { default: Client, $OpenApiUtil } = require('@alicloud/openapi-core');
    const { RuntimeOptions } = require('@darabonba/typescript');
    const client = new Client(
      new $OpenApiUtil.Config({ ...KEY, endpoint: host, protocol, regionId: PARAMETERS.Region }),
    );
    const params = new $OpenApiUtil.Params({
      action: 'RestartLivePullToPush',
      version: '2016-11-01',
      protocol: protocol.toUpperCase(),
      pathname: '/',
      method: 'GET',
      authType: 'AK',
      style: 'RPC',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    return async () => {
      const request = new $OpenApiUtil.OpenApiRequest({ query: { ...PARAMETERS } });
      return (await client.callApi(params, request, new RuntimeOptions({}))).body.TaskId;
    };
  },
  v1(host, protocol) {
    const { RPCClient } = require('@alicloud/pop-core');
    const client = new RPCClient({ ...KEY, endpoint: `${protocol}://${host}`, apiVersion: '2016-11-01' });
    return async () => (await client.request('RestartLivePullToPush', { ...PARAMETERS })).TaskId;
  },
};

async function main() {
  const call = clients[process.argv[2]](process.argv[3], process.argv[4] ? 'https' : 'http');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [calls, atOnce] = line.split(' ').map(Number);
    let begun = 0;
    const lane = async () => {
      while (begun++ < calls) {
        if ((await call()) !== ANSWER) throw new Error('this is not what the server answers');
      }
    };
    const [wall, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
    await Promise.all(Array.from({ length: atOnce }, lane));
    const spent = process.cpuUsage(cpu);
    const measured = {
      wall_ns: Number(process.hrtime.bigint() - wall),
      cpu_ns: (spent.user + spent.system) * 1000,
      allocations: 0,
    };
    process.stdout.write(JSON.stringify(measured) + '\n');
  }
  // The SDKs keep connections alive, which would keep the process alive.
  process.exit();
}

main();
