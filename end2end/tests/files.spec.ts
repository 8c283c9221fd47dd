// Photos and files on a ticket, with scripts and without: who sees them, and what is refused.
import type { Browser } from "@playwright/test";

import { expect, PASSWORD, PEOPLE, test, type App } from "../fixtures";

const PHOTO = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
const TICKET = "/t/2001";

async function signedIn(app: App, browser: Browser, email: string, javaScriptEnabled: boolean) {
  const context = await browser.newContext({ javaScriptEnabled, baseURL: app.url });
  const page = await context.newPage();
  await page.goto(`/sign-in?next=${TICKET}`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Conversation" })).toBeVisible();
  return { page, context };
}

for (const javaScriptEnabled of [true, false]) {
  const half = javaScriptEnabled ? "on" : "off";

  test(`a customer adds a photo, and staff see and download it, scripts ${half}`, async ({ app, browser }) => {
    const name = `rack-${half}.gif`;
    const { page, context } = await signedIn(app, browser, PEOPLE.contact, javaScriptEnabled);
    await page.locator("summary", { hasText: "Add photos or files" }).click();
    const form = page.getByRole("form", { name: "Add photos or files" });
    await expect(form.getByText("Up to 10 files of 10 MB each, 25 MB in all.")).toBeVisible();
    await form.locator("input[type=file]").setInputFiles([
      { name, mimeType: "image/gif", buffer: PHOTO },
      { name: `trace-${half}.log`, mimeType: "text/plain", buffer: Buffer.from("08:14 no answer") },
    ]);
    await form.getByLabel("Words to go with them").fill(`The lamp is red, ${half}`);
    await form.getByRole("button", { name: "Add to the ticket" }).click();
    await page.waitForURL((url) => url.pathname === TICKET);
    await expect(page.getByText(`The lamp is red, ${half}`)).toBeVisible();
    await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
    await context.close();

    const staff = await app.signIn(browser, PEOPLE.engineer, TICKET);
    const link = staff.page.getByRole("link", { name, exact: true });
    await expect(link).toBeVisible();
    const downloading = staff.page.waitForEvent("download");
    await link.click();
    expect((await downloading).suggestedFilename()).toBe(name);
    const answer = await staff.page.request.get((await link.getAttribute("href")) ?? "");
    expect(await answer.body()).toEqual(PHOTO);
    await staff.context.close();
  });

  test(`a file over the limit is named and nothing typed is lost, scripts ${half}`, async ({ app, browser }) => {
    const { page, context } = await signedIn(app, browser, PEOPLE.contact, javaScriptEnabled);
    await page.locator("summary", { hasText: "Add photos or files" }).click();
    const form = page.getByRole("form", { name: "Add photos or files" });
    const film = { name: `film-${half}.mov`, mimeType: "video/quicktime", buffer: Buffer.alloc(11 * 1024 * 1024, 1) };
    await form.locator("input[type=file]").setInputFiles(film);
    await form.getByLabel("Words to go with them").fill(`Both lamps blink, ${half}`);
    await form.getByRole("button", { name: "Add to the ticket" }).click();
    const refused = `“${film.name}” has 11.6 MB; a file may have 10 MB at most`;
    await expect(page.getByRole("alert").getByText(`Files: ${refused}`)).toBeVisible();
    await expect(form.getByText(refused)).toBeVisible();
    await expect(form.getByLabel("Words to go with them")).toHaveValue(`Both lamps blink, ${half}`);
    await page.goto(TICKET);
    await expect(page.getByRole("link", { name: film.name })).toHaveCount(0);
    await expect(page.getByText(`Both lamps blink, ${half}`)).toHaveCount(0);
    await context.close();
  });
}

test("a file of a staff note is not on the customer's page", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, TICKET);
  await page.locator("summary", { hasText: "Add photos or files" }).click();
  const form = page.getByRole("form", { name: "Add photos or files" });
  await form.getByRole("radio", { name: "For staff only" }).check({ force: true });
  await form.locator("input[type=file]").setInputFiles({ name: "between-us.gif", mimeType: "image/gif", buffer: PHOTO });
  await form.getByRole("button", { name: "Add to the ticket" }).click();
  const link = page.getByRole("link", { name: "between-us.gif", exact: true });
  await expect(link).toBeVisible();
  const file = (await link.getAttribute("href")) ?? "";
  await context.close();

  const customer = await app.signIn(browser, PEOPLE.contact, TICKET);
  await expect(customer.page.getByRole("heading", { name: "Conversation" })).toBeVisible();
  await expect(customer.page.getByText("between-us.gif")).toHaveCount(0);
  expect((await customer.page.request.get(file)).status()).toBe(404);
  await customer.context.close();
});
