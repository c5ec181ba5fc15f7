'use strict';

// Calls with the official core of the older Node SDKs, which signs with V1.

const { ROAClient, RPCClient } = require('@alicloud/pop-core');

const { serve, texts } = require('./calls');

function call(wanted, key) {
  const config = {
    accessKeyId: key.id,
    accessKeySecret: key.secret,
    securityToken: key.token,
    endpoint: `http://${wanted.host}`,
    apiVersion: wanted.version,
    opts: { timeout: 30000 },
  };
  const parameters = texts(wanted.parameters);
  if (wanted.path === '/') return new RPCClient(config).request(wanted.operation, parameters);
  return new ROAClient(config).get(wanted.path, parameters);
}

function told({ code, entry, statusCode }) {
  // What the client of operations with a path raises holds no headers.
  if (!entry) return { code, status: statusCode };
  const after = entry.response.headers['x-acs-retry-after'];
  return { code, status: entry.response.statusCode, retry_after: after && Number(after) };
}

serve(call, told);
