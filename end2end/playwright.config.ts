import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";

// `make shots` runs the same browser over the pages in `shots/`, to take pictures in place of testing.
const shots = Boolean(process.env.FAULTDESK_SHOTS);
// `make bench` runs it over `bench/`, to measure.
const bench = Boolean(process.env.FAULTDESK_BENCH);

const browser: NonNullable<PlaywrightTestConfig["use"]> = {
  browserName: "chromium",
  headless: true,
  launchOptions: {
    // Tests run as root in continuous integration, where Chromium's sandbox cannot.
    chromiumSandbox: false,
    executablePath: process.env.FAULTDESK_CHROMIUM || "/usr/bin/chromium",
    // Nothing may be asked of any other host.
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
  locale: "en-GB",
  timezoneId: "Europe/London",
  actionTimeout: 30_000,
  navigationTimeout: 30_000,
  screenshot: "only-on-failure",
  trace: "retain-on-failure",
};

export default defineConfig({
  testDir: bench ? "bench" : shots ? "shots" : "tests",
  outputDir: "../target/e2e/artifacts",
  timeout: 30_000,
  // Each worker has a server, a mail server and a database of its own.
  workers: shots || bench ? 1 : 2,
  fullyParallel: false,
  // A test that needs a second try is a failed test.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: bench ? "line" : [["list"], ["json", { outputFile: "../target/e2e/results.json" }]],
  use: browser,
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    { name: "phone", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    // The life of a fault once more, with the database of a production installation.
    { name: "postgres", testMatch: /fault\.hydrate/, use: { viewport: { width: 1440, height: 900 } } },
  ],
});
