// A real Chromium, driven from the tests: one request a line on standard input, one answer a line.
// `node browser.mjs unpack` puts the browser, its libraries and its font under TMPDIR, and ends.

import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

// The packages are in the working directory, and this file is not: an import would look beside it.
const { resolve } = createRequire(join(process.cwd(), "package.json"));
const { chromium } = (await import(resolve("playwright-core"))).default;

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];

async function unpack() {
  const library = resolve("@sparticuz/chromium");
  const { inflate } = await import(library);
  for (const name of ["chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"]) {
    await inflate(join(dirname(library), "..", "bin", `${name}.br`));
  }
}

// What of a page the tests judge, as it lies there.
function seen() {
  const root = document.scrollingElement;
  const beyond = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => one.outerHTML.slice(0, 80));
  return {
    title: document.title,
    heading: document.querySelector("h1")?.textContent.trim() ?? null,
    text: document.body.innerText,
    pageWidth: root.scrollWidth,
    windowWidth: innerWidth,
    beyond,
    small: [...document.querySelectorAll("a, button, select, textarea, label")]
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, box]) => box.height > 0 && box.height < 24)
      .map(([html]) => html),
  };
}

// What has the focus, and whether somebody can see that it has.
function focused() {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    tag: one.tagName.toLowerCase(),
    id: one.id,
    value: one.value ?? null,
    checked: one.checked ?? null,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}

// A page gives a thing the focus when it is drawn, and that may be after it was loaded; a picture of
// it is taken of what is drawn.
const drawn = (page) => page.screenshot();

async function step(page, [kind, argument]) {
  if (kind === "type") {
    await page.keyboard.type(argument);
  } else if (kind === "press") {
    await page.keyboard.press(argument);
  } else {
    await Promise.all([page.waitForEvent("load"), page.keyboard.press(argument)]);
    await drawn(page);
  }
}

async function answer(browser, asked) {
  const context = await browser.newContext({
    viewport: { width: asked.width, height: 800 },
    colorScheme: asked.scheme,
    forcedColors: asked.forcedColors,
    reducedMotion: "reduce",
    javaScriptEnabled: asked.scripts,
    locale: "nl-NL",
    timezoneId: "Europe/Amsterdam",
  });
  try {
    const page = await context.newPage();
    const statuses = [];
    const complaints = [];
    const elsewhere = [];
    page.on("console", (said) => complaints.push(said.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("response", (got) => {
      if (got.request().isNavigationRequest()) statuses.push(got.status());
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(asked.url).origin) elsewhere.push(request.url());
    });
    await page.goto(asked.url);
    await drawn(page);
    const focus = [await page.evaluate(focused)];
    for (const one of asked.steps) {
      await step(page, one);
      focus.push(await page.evaluate(focused));
    }
    if (asked.textSize !== 1) {
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = `${size * 100}%`;
      }, asked.textSize);
    }
    if (asked.picture) await page.screenshot({ path: asked.picture, fullPage: true });
    const found = { ...(await page.evaluate(seen)), url: page.url(), statuses, focus, elsewhere };
    const violations = asked.scripts ? await check(page) : [];
    return { ...found, complaints, violations };
  } finally {
    await context.close();
  }
}

async function check(page) {
  await page.evaluate(await readFile(resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(
    (values) => axe.run(document, { runOnly: { type: "tag", values } }),
    RULES,
  );
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
}

async function serve() {
  const executablePath = process.env.CHROMIUM;
  await stat(executablePath);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  for await (const line of createInterface({ input: process.stdin })) {
    const said = await answer(browser, JSON.parse(line)).catch((error) => ({ fault: error.message }));
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  await browser.close();
}

await (process.argv[2] === "unpack" ? unpack() : serve());
