'use strict';

// Calls with the official core of the older Node SDKs, which signs with V1.

const { RPCClient } = require('@alicloud/pop-core');

const { serve, texts } = require('./calls');

function call(wanted, key) {
  const client = new RPCClient({
    accessKeyId: key.id,
    accessKeySecret: key.secret,
    securityToken: key.token,
    endpoint: `http://${wanted.host}`,
    apiVersion: wanted.version,
    opts: { timeout: 30000 },
  });
  return client.request(wanted.operation, texts(wanted.parameters));
}

function told({ code, entry }) {
  const after = entry.response.headers['x-acs-retry-after'];
  return { code, status: entry.response.statusCode, retry_after: after && Number(after) };
}

serve(call, told);
