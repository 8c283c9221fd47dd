// Every page for its reader: no accessibility violation in either theme, no sideways scroll, no error in the console.
import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";

import { expect, hydrated, PEOPLE, test } from "../fixtures";
import { CUSTOMER_PAGES, makeSituation, PUBLIC_PAGES, STAFF_PAGES, type Situation, type View } from "../pages";

// Not the one that `fault.hydrate.spec.ts` counts the mails of.
const target = () => (test.info().project.name === "phone" ? "kch-sip" : "kch-voicemail");
let situation: Situation;

test.beforeAll(async ({ app, browser }) => {
  test.setTimeout(90_000);
  situation = await makeSituation(app, browser, target());
});

test.afterAll(async ({ app }) => {
  await app.mend(target());
  await expect
    .poll(async () => (await app.mailsTo(PEOPLE.engineer, new RegExp(`F-${situation.fault}\\D.*Recovered`))).length, { timeout: 30_000 })
    .toBe(1);
});

// What depends on the theme: it changes colours alone, so the other rules would find the same twice.
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Loads a page once and looks at it in both themes; the browser switches them in place. */
async function inspect(page: Page, view: View): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.goto(view.path(situation));
  await hydrated(page);
  await view.arrange?.(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const axe = new AxeBuilder({ page }).exclude("iframe");
    const found = await (colorScheme === "dark" ? axe.withRules(OF_COLOURS) : axe).analyze();
    const words = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    expect.soft(words, `${view.name}, ${colorScheme}`).toEqual([]);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(wide, `${view.name} scrolls sideways`).toBeLessThanOrEqual(0);
  if (test.info().project.name === "phone") expect.soft(await tooSmall(page), `${view.name}, for a thumb`).toEqual([]);
}

/** Controls that a thumb would miss: lower than 44 px. Links within a sentence are as high as their line. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = "button:not(.vh), .btn, select, textarea, summary, .filter, .views a, .tabbar a, input:not([type=hidden], [type=checkbox], [type=radio], .vh)";
    const small = (control: Element) => {
      const { width, height } = control.getBoundingClientRect();
      return 1 < width && 0 < height && height < 43.5;
    };
    return [...document.querySelectorAll(controls)].filter(small).map((control) => control.outerHTML.slice(0, 120));
  });
}

async function walk(context: BrowserContext, page: Page, views: readonly View[]): Promise<void> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // A refused form and a page that is not there are asked for on purpose; and the sandbox around a mail keeps axe out.
    const expected = /Failed to load resource: the server responded with a status of 4|Blocked script execution in '\S+\/html'/.test(message.text());
    if (message.type() === "error" && !expected) errors.push(`${page.url()}: ${message.text()}`);
  });
  for (const view of views) {
    // One page that cannot be arranged hides none of the others.
    await inspect(page, view).catch((error: Error) => errors.push(`${view.name}: ${error.message}`));
  }
  expect(errors).toEqual([]);
  await context.close();
}

const options = () => ({ viewport: test.info().project.use.viewport ?? null });

// More than a hundred views, each looked through by axe in two themes.
const PARTS = 3;
for (let part = 0; part < PARTS; part++) {
  test(`staff pages, part ${part + 1} of ${PARTS}`, async ({ app, browser }) => {
    test.setTimeout(300_000);
    const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/board", options());
    await walk(context, page, STAFF_PAGES.filter((_, index) => index % PARTS === part));
  });
}

test("customers' pages", async ({ app, browser }) => {
  test.setTimeout(300_000);
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/systems", options());
  await walk(context, page, CUSTOMER_PAGES);
});

test("pages before signing in", async ({ app, browser }) => {
  test.setTimeout(300_000);
  const context = await browser.newContext({ baseURL: app.url, ...options() });
  await walk(context, await context.newPage(), PUBLIC_PAGES);
});
