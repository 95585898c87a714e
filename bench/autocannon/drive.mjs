// Drives a server with autocannon as standard input says, and writes what it heard.
//
// Each connection asks its own share of the requests, over and over, so that no two ask the same.
// SIGTERM ends it early, with what there is.

import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";

const autocannon = createRequire(process.argv[2])("autocannon");
const { url, connections, seconds, rate, requests, onceOnly } = JSON.parse(
  await text(process.stdin),
);

const NEEDS_RETRY_AFTER = new Set([429, 503]);
const heard = []; // [milliseconds since the start, status, milliseconds it took]
let withoutRetryAfter = 0;
let clients = 0;
let begin;

// A key of its own for every request, where each is to be carried out once.
const keyed = (request) => ({
  ...request,
  setupRequest: (one) => ({
    ...one,
    headers: { ...one.headers, "Idempotency-Key": randomUUID() },
  }),
});

const setupClient = (client) => {
  const share = clients++ % connections;
  const mine = requests.filter((_, place) => place % connections === share);
  client.setRequests(
    (mine.length ? mine : requests).map((one) => (onceOnly ? keyed(one) : { ...one })),
  );
  client.on("headers", ({ statusCode, headers }) => {
    if (!NEEDS_RETRY_AFTER.has(statusCode)) return;
    const names = headers.filter((_, place) => place % 2 === 0);
    if (!names.some((name) => name.toLowerCase() === "retry-after")) withoutRetryAfter++;
  });
};

const run = autocannon(
  { url, connections, duration: seconds, timeout: 60, setupClient, ...(rate && { overallRate: rate }) },
  (error, result) => {
    if (error) throw error;
    process.stdout.write(
      JSON.stringify({
        heard,
        began: began / 1000,
        seconds: (performance.now() - begin) / 1000,
        broken: result.errors,
        withoutRetryAfter,
      }),
    );
  },
);
begin = performance.now();
const began = Date.now();
run.on("response", (_client, status, _bytes, took) =>
  heard.push([performance.now() - begin, status, took]),
);
process.on("SIGTERM", () => run.stop());
