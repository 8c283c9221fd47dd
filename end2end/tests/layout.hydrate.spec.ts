// Sizes that no reader of one screen would see: the wallboard on every screen, the rail between phone and desk.
import type { Page } from "@playwright/test";

import { expect, hydrated, PEOPLE, test } from "../fixtures";

const TARGETS = ["hdg-sip", "hdg-handsets", "hdg-mail", "slm-sip", "slm-booking", "slm-pay", "tam-shop", "tam-pay"];
const SCREENS = [
  { width: 1280, height: 720 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
  { width: 1280, height: 1024 },
  { width: 2560, height: 1080 },
];

/** Parts of the wallboard that lie over each other, leave the screen, or cut their text. */
function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll(".wall-head > p, .wall-list > li, .wall-est > li, .wall-foot > *")];
    const boxes = parts.map((part) => ({ part, box: part.getBoundingClientRect(), name: part.textContent?.trim().slice(0, 40) ?? "" }));
    const found: string[] = [];
    const fixed = getComputedStyle(document.querySelector(".wall") ?? document.body).overflow === "hidden";
    for (const [index, { box, name, part }] of boxes.entries()) {
      if (innerWidth + 1 < box.right || (fixed && innerHeight + 1 < box.bottom)) found.push(`${name} leaves the screen`);
      for (const text of [part, ...part.querySelectorAll("h2, p")]) {
        if (text.clientWidth + 1 < text.scrollWidth) found.push(`${name} is cut`);
      }
      for (const other of boxes.slice(index + 1)) {
        const x = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const y = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (1 < x && 1 < y) found.push(`${name} and ${other.name} overlap`);
      }
    }
    return found;
  });
}

test("the wallboard fits every screen, with more faults than it can show", async ({ app, browser }) => {
  test.setTimeout(120_000);
  const phone = test.info().project.name === "phone";
  for (const target of TARGETS) await app.breakTarget(target, "refuse");
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/wall", { viewport: { width: 390, height: 844 } });
  await hydrated(page);
  await expect(page.getByText(/^and \d more$/), "eight do not fit").toBeVisible({ timeout: 60_000 });
  for (const screen of phone ? [{ width: 390, height: 844 }, { width: 844, height: 390 }] : SCREENS) {
    await page.setViewportSize(screen);
    expect.soft(await misplaced(page), `${screen.width} by ${screen.height}`).toEqual([]);
  }
  if (!phone) {
    await page.setViewportSize({ width: 1920, height: 1080 });
    const smallest = await page.evaluate(() =>
      Math.min(...[...document.querySelectorAll(".wall :is(h2, p, span, strong, li)")].map((part) => parseFloat(getComputedStyle(part).fontSize))),
    );
    expect(smallest, "nothing smaller can be read at four metres").toBeGreaterThanOrEqual(28);
  }
  for (const target of TARGETS) await app.mend(target);
  await context.close();
});

test("between phone and desk the rail shows icons, and the words of one under the focus", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/board", { viewport: { width: 1000, height: 800 } });
  await hydrated(page);
  const rail = page.getByRole("complementary", { name: "Faultdesk" });
  expect((await rail.boundingBox())?.width).toBeLessThanOrEqual(64);
  const link = rail.getByRole("link", { name: "Mail log" });
  const words = link.getByText("Mail log");
  await expect(words).toHaveCSS("opacity", "0");
  await page.keyboard.press("Tab");
  for (let step = 0; step < 12 && !(await link.evaluate((it) => it === document.activeElement)); step += 1) await page.keyboard.press("Tab");
  await expect(words).toHaveCSS("opacity", "1");
  for (const [width, least] of [[1101, 200], [1440, 200]] as const) {
    await page.setViewportSize({ width, height: 800 });
    expect((await rail.boundingBox())?.width, `${width} wide`).toBeGreaterThanOrEqual(least);
  }
  await page.setViewportSize({ width: 767, height: 800 });
  await expect(rail).toBeHidden();
  await context.close();
});
