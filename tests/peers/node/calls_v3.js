'use strict';

// Calls with the official core of the newer Node SDKs, which signs with V3.

const { default: Client, $OpenApiUtil } = require('@alicloud/openapi-core');
const { RuntimeOptions } = require('@darabonba/typescript');

const { serve, texts } = require('./calls');

async function call(wanted, key) {
  const client = new Client(
    new $OpenApiUtil.Config({
      accessKeyId: key.id,
      accessKeySecret: key.secret,
      securityToken: key.token,
      endpoint: wanted.host,
      protocol: 'http',
      regionId: 'cn-shanghai',
      connectTimeout: 30000,
      readTimeout: 30000,
    }),
  );
  const params = new $OpenApiUtil.Params({
    action: wanted.operation,
    version: wanted.version,
    protocol: 'HTTP',
    pathname: wanted.path,
    method: 'GET',
    authType: 'AK',
    style: wanted.path === '/' ? 'RPC' : 'ROA',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const request = new $OpenApiUtil.OpenApiRequest({ query: texts(wanted.parameters) });
  return (await client.callApi(params, request, new RuntimeOptions({}))).body;
}

serve(call, (error) => ({ code: error.code, status: error.statusCode, retry_after: error.retryAfter }));
