// Drives a server with autocannon as standard input says, and writes what it heard.
//
// SIGTERM ends it early: it waits for the answer to all that was asked by then.

import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";

const autocannon = createRequire(process.argv[2])("autocannon");
const { url, connections, seconds, everySecond, requests, order, onceOnly } = JSON.parse(
  await text(process.stdin),
);

const NEEDS_RETRY_AFTER = new Set([429, 503]);
const SECOND = 1000;
const heard = []; // [milliseconds since the start, status, milliseconds it took]
const clients = [];
const unanswered = new Set(); // who still has to answer before it may end
let withoutRetryAfter = 0;
let broken = 0;

// A key of its own for every request, where each is to be carried out once.
const keyed = (request) => ({
  ...request,
  setupRequest: (one) => ({
    ...one,
    headers: { ...one.headers, "Idempotency-Key": randomUUID() },
  }),
});

const shuffled = (all) =>
  all
    .map((one) => [Math.random(), one])
    .sort(([one], [other]) => one - other)
    .map(([, one]) => one);

const asking = (number) => {
  if (order === "any") return shuffled(requests);
  const mine = requests.filter((_, place) => place % connections === number);
  return mine.length ? mine : requests;
};

const setupClient = (client) => {
  const mine = asking(clients.push(client) - 1);
  client.setRequests(mine.map((one) => (onceOnly ? keyed(one) : { ...one })));
  client.on("headers", ({ statusCode, headers }) => {
    if (!NEEDS_RETRY_AFTER.has(statusCode)) return;
    const names = headers.filter((_, place) => place % 2 === 0);
    if (!names.some((name) => name.toLowerCase() === "retry-after")) withoutRetryAfter++;
  });
};

const runs = [];
const stop = () => runs.forEach((run) => run.stop());

const run = (more) =>
  new Promise((resolve, reject) => {
    const one = autocannon({ url, timeout: 60, setupClient, ...more }, (error, result) => {
      if (error) return reject(error);
      broken += result.errors;
      resolve();
    });
    one.on("response", (client, status, _bytes, took) => {
      heard.push([performance.now() - begin, status, took]);
      if (unanswered.delete(client) && !unanswered.size) stop();
    });
    runs.push(one);
  });

process.on("SIGTERM", () => clients.forEach((client) => unanswered.add(client)));

const begin = performance.now();
const began = Date.now();
if (everySecond) {
  // autocannon sends what is for a second at its beginning, and then sees nothing of the rest:
  // so each connection asks once a second, and they begin one after the other.
  const started = Array.from({ length: connections }, async (_, number) => {
    await new Promise((resolve) => setTimeout(resolve, (number * SECOND) / connections));
    await run({ connections: 1, connectionRate: 1, duration: seconds });
  });
  await Promise.all(started);
} else if (order === "once") {
  await run({ connections, amount: requests.length, bailout: 1 });
} else {
  await run({ connections, duration: seconds });
}
process.stdout.write(
  JSON.stringify({
    heard,
    began: began / SECOND,
    // autocannon looks once a second whether all was asked.
    seconds: (order === "once" ? heard.at(-1)[0] : performance.now() - begin) / SECOND,
    broken,
    withoutRetryAfter,
  }),
);
