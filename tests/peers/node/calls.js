'use strict';

// Makes the calls that come as lines of JSON, as calls.py does.

const readline = require('readline');

exports.serve = async function serve(call, told) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const wanted = JSON.parse(line);
    let answer;
    try {
      answer = { returned: await call(wanted, wanted.key) };
    } catch (error) {
      // What is no refusal of the server has no code, and is a mistake here.
      if (!error.code) throw error;
      answer = { refused: told(error) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  // The SDKs keep connections alive, which would keep the process alive.
  process.exit();
};

// Returns parameters as texts; a list travels as JSON.
exports.texts = function texts(parameters) {
  const text = (value) => (Array.isArray(value) ? JSON.stringify(value) : String(value));
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, text(value)]));
};
