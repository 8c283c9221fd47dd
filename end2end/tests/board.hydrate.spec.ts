// The board while somebody reads it: nothing moves under them, nothing is lost, and every act has a key.
import type { Browser, BrowserContext, Page } from "@playwright/test";

import { expect, hydrated, PEOPLE, test, type App } from "../fixtures";

const options = () => ({ viewport: test.info().project.use.viewport ?? null, hasTouch: isPhone() });
const isPhone = () => test.info().project.name === "phone";
const rowOf = (page: Page, host: string, words: string) => page.getByRole("article").filter({ hasText: host }).filter({ hasText: words });
const broken = new Set<string>();

/** The board of an engineer whose pointer is not in the list: it would stay where "Sign in" was. */
async function openBoard(app: App, browser: Browser): Promise<{ page: Page; context: BrowserContext }> {
  const opened = await app.signIn(browser, PEOPLE.engineer, "/board", options());
  await hydrated(opened.page);
  await opened.page.mouse.move(1, 1);
  return opened;
}

async function breakTarget(app: App, target: string): Promise<void> {
  broken.add(target);
  await app.breakTarget(target, "refuse");
}

test.afterEach(async ({ app }) => {
  for (const target of broken) await app.mend(target);
  broken.clear();
});

test("a new fault waits while somebody reads the list, and a press shows it", async ({ app, browser }) => {
  test.setTimeout(90_000);
  const { page, context } = await openBoard(app, browser);
  await breakTarget(app, "slm-sip");
  const first = rowOf(page, "slm-pbx-01", "SIP trunk is down");
  await expect(first).toBeVisible({ timeout: 30_000 });
  // With a mouse the pointer rests in the list; with a finger the focus does.
  await (isPhone() ? first.getByRole("link").focus() : first.hover());
  const before = await first.boundingBox();

  await breakTarget(app, "tam-shop");
  const pill = page.getByRole("button", { name: /new faults? since you started reading/ });
  await expect(pill).toBeVisible({ timeout: 30_000 });
  const second = rowOf(page, "tam-web-01", "Shop page is down");
  await expect(second, "what is new waits").toHaveCount(0);
  expect(await first.boundingBox(), "nothing moved").toEqual(before);
  const size = await pill.boundingBox();
  if (isPhone()) expect(size?.height).toBeGreaterThanOrEqual(44);

  await page.evaluate(() => {
    const list = document.querySelector(".faults");
    const seen = () => {
      if (list?.querySelector("[data-new]")) document.documentElement.dataset.tinted = "";
    };
    if (list) new MutationObserver(seen).observe(list, { subtree: true, childList: true, attributes: true });
  });
  await (isPhone() ? pill.tap() : pill.click());
  await expect(second).toBeVisible();
  await expect(pill).toHaveCount(0);
  await expect(page.locator("html[data-tinted]"), "what arrives is tinted for a moment").toBeAttached();
  await context.close();
});

test("what waits is reached and shown with the keyboard alone", async ({ app, browser }) => {
  test.setTimeout(120_000);
  const { page, context } = await openBoard(app, browser);
  await breakTarget(app, "slm-pay");
  const first = rowOf(page, "slm-web-01", "Secure payments is down");
  await expect(first).toBeVisible({ timeout: 30_000 });
  await first.getByRole("link").focus();
  await breakTarget(app, "tam-pay");
  const pill = page.getByRole("button", { name: /new faults? since you started reading/ });
  await expect(pill).toBeVisible({ timeout: 30_000 });
  for (let step = 0; step < 20 && !(await pill.evaluate((button) => button === document.activeElement)); step += 1) {
    await page.keyboard.press("Shift+Tab");
  }
  await expect(pill, "the pill comes before the rows").toBeFocused();
  await page.keyboard.press("Enter");
  const second = rowOf(page, "tam-web-01", "Secure checkout is down");
  await expect(second.getByRole("link"), "the focus goes on to what came").toBeFocused();

  await breakTarget(app, "hdg-handsets");
  await expect(pill).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press(".");
  await expect(rowOf(page, "hdg-pbx-01", "Handset page is down")).toBeVisible();
  await expect(second.getByRole("link"), "the focus stays where it was").toBeFocused();
  await context.close();
});

test("keys move, open, close and acknowledge", async ({ app, browser }) => {
  test.skip(isPhone(), "a phone has no keys");
  test.setTimeout(90_000);
  await breakTarget(app, "hdg-sip");
  await breakTarget(app, "hdg-mail");
  const { page, context } = await openBoard(app, browser);
  const row = rowOf(page, "hdg-mail-01", "Incoming mail is down");
  await expect(row).toBeVisible({ timeout: 30_000 });
  await expect(rowOf(page, "hdg-pbx-01", "SIP trunk is down")).toBeVisible({ timeout: 30_000 });

  const links = page.getByRole("article").getByRole("link");
  await page.keyboard.press("j");
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(links.nth(0)).toBeFocused();

  await row.getByRole("link").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("heading", { level: 1 }), "the sheet's title has the focus").toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(row.getByRole("link"), "closing gives the focus back to the row").toBeFocused();
  await page.keyboard.press("a");
  await expect(row.getByText("Priya Nair")).toBeVisible();
  await context.close();
});

test("a lost connection is said, and the page catches up without a reload", async ({ app, browser }) => {
  test.setTimeout(120_000);
  const { page, context } = await openBoard(app, browser);
  await breakTarget(app, "slm-booking");
  const row = rowOf(page, "slm-web-01", "Booking page is down");
  await expect(row).toBeVisible({ timeout: 30_000 });
  await page.evaluate(() => {
    document.documentElement.dataset.kept = "";
  });

  await app.kill("SIGTERM");
  // The lab goes with the server, and is whole when it comes back.
  broken.clear();
  await expect(page.getByText(/Connection lost at/)).toBeVisible({ timeout: 20_000 });
  // Pressed although it says that it is out of use, as people do.
  await row.getByRole("button", { name: "Acknowledge" }).click({ force: true });
  await expect(page.getByText(/Not sent: there is no connection/), "an act is refused, not kept for later").toBeVisible();

  await app.serve();
  await page.getByRole("button", { name: "Try now" }).click();
  await expect(page.getByText("Live again.")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(/Connection lost at/)).toHaveCount(0);
  await expect(row.getByText(/Recovered/).first(), "what happened since is on the page").toBeVisible({ timeout: 40_000 });
  await expect(page.locator("html[data-kept]"), "it is the same page").toBeAttached();
  await context.close();
});
