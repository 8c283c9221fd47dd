// Every page for its reader: no accessibility violation in either theme, no sideways scroll, no error in the console.
import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";

import { expect, hydrated, PEOPLE, test } from "../fixtures";
import { CUSTOMER_PAGES, PUBLIC_PAGES, STAFF_PAGES } from "../pages";

async function inspect(page: Page, name: string, path: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(path);
    await hydrated(page);
    const found = await new AxeBuilder({ page }).exclude("iframe").analyze();
    const words = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    expect.soft(words, `${name}, ${colorScheme}`).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (name !== "wall") expect.soft(wide, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
  }
}

async function walk(context: BrowserContext, page: Page, pages: readonly (readonly [string, string])[]): Promise<void> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // A page that is not there is asked for on purpose.
    const expected = /404|Failed to load resource/.test(message.text());
    if (message.type() === "error" && !expected) errors.push(`${page.url()}: ${message.text()}`);
  });
  for (const [name, path] of pages) await inspect(page, name, path);
  expect(errors).toEqual([]);
  await context.close();
}

const options = () => ({ viewport: test.info().project.use.viewport ?? null });

test("staff pages", async ({ app, browser }) => {
  test.setTimeout(240_000);
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/board", options());
  await walk(context, page, STAFF_PAGES);
});

test("customers' pages", async ({ app, browser }) => {
  test.setTimeout(120_000);
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/systems", options());
  await walk(context, page, CUSTOMER_PAGES);
});

test("pages before signing in", async ({ app, browser }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ baseURL: app.url, ...options() });
  await walk(context, await context.newPage(), PUBLIC_PAGES);
});
