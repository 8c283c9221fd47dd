// First load of the boards in Chromium, nothing cached: bytes as sent, first paint, and the browser half at work.
import { hydrated, PEOPLE, test, type App } from "../fixtures";
import type { Browser } from "@playwright/test";

const LINES = {
  loopback: null,
  // The settings that Lighthouse uses for a phone.
  "slow phone": { latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8, offline: false },
} as const;
const RUNS = 5;

async function load(app: App, browser: Browser, email: string, path: string, line: keyof typeof LINES) {
  const { context } = await app.signIn(browser, email, "/account");
  // The signed-in cookie goes on, in a browser that has seen nothing yet.
  const fresh = await browser.newContext({ baseURL: app.url, storageState: await context.storageState() });
  await context.close();
  const page = await fresh.newPage();
  const devtools = await fresh.newCDPSession(page);
  await devtools.send("Network.enable");
  let bytes = 0;
  devtools.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  const limits = LINES[line];
  if (limits) {
    await devtools.send("Network.emulateNetworkConditions", limits);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  await page.goto(path, { waitUntil: "commit" });
  await hydrated(page);
  const ready = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
  await fresh.close();
  return { bytes, paint, ready };
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test("first load", async ({ app, browser }) => {
  test.setTimeout(300_000);
  for (const [email, path] of [[PEOPLE.administrator, "/board"], [PEOPLE.manager, "/systems"]] as const) {
    for (const line of Object.keys(LINES) as (keyof typeof LINES)[]) {
      const runs = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await load(app, browser, email, path, line));
      const of = (key: "bytes" | "paint" | "ready") => median(runs.map((run) => run[key]));
      console.log(
        `  ${path}, ${line}: ${(of("bytes") / 1000).toFixed(0)} kB sent, readable after ${of("paint").toFixed(0)} ms, at work after ${of("ready").toFixed(0)} ms (medians of ${RUNS})`,
      );
    }
  }
});
