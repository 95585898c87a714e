// The client that the AI SDK has of its own, driven from the tests: what to ask on standard input,
// what came back on standard output.

import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

// The packages are in the working directory, and this file is not: an import would look beside it.
const { resolve } = createRequire(join(process.cwd(), "package.json"));
const { createMCPClient } = await import(pathToFileURL(resolve("@ai-sdk/mcp")));

const { url, calls } = JSON.parse(await text(process.stdin));
const client = await createMCPClient({ transport: { type: "http", url } });
const answers = [];
try {
  const { tools } = await client.listTools();
  for (const call of calls) answers.push(await client.callTool(call));
  const { serverInfo, instructions } = client;
  process.stdout.write(JSON.stringify({ serverInfo, instructions, tools, answers }));
} finally {
  await client.close();
}
