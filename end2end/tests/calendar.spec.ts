// Announced days, swaps and the feed, with scripts and without: what is previewed is what is saved.
import { expect, PASSWORD, PEOPLE, test } from "../fixtures";

for (const javaScriptEnabled of [true, false]) {
  test(`a day is previewed, announced and taken back, scripts ${javaScriptEnabled ? "on" : "off"}`, async ({ app, browser }) => {
    const context = await browser.newContext({ javaScriptEnabled, baseURL: app.url });
    const page = await context.newPage();
    await page.goto("/sign-in?next=/calendar/announce");
    await page.getByLabel("Email").fill(PEOPLE.administrator);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Announce a day" })).toBeVisible();

    await page.goto("/calendar/announce?go=preview");
    for (const words of [/^Calendar: /, /^First on: /, /^Text: /]) await expect(page.getByRole("link", { name: words })).toBeVisible();

    const text = `Stocktaking ${javaScriptEnabled ? "one" : "two"}`;
    await page.goto(`/calendar/announce?calendar=working-hours&first_on=2098-12-0${javaScriptEnabled ? 2 : 3}&text=${text}&go=preview`);
    await expect(page.getByText(/^Cat1.* clocks stop/).first()).toBeVisible();
    await expect(page.getByText("No open ticket has a due time that would move.")).toBeVisible();
    await page.getByRole("button", { name: "Announce", exact: true }).click();
    await expect(page.getByRole("heading", { name: /^Working hours / })).toBeVisible();

    await page.goto("/calendar?calendar=working-hours&year=2098");
    await page.getByRole("link", { name: new RegExp(`^Take back: ${text}`) }).click();
    await page.getByRole("button", { name: "Take back", exact: true }).click();
    await expect(page.getByRole("heading", { name: /^Working hours / })).toBeVisible();
    await page.goto("/calendar?calendar=working-hours&year=2098");
    await expect(page.getByText(text)).toHaveCount(0);
    await context.close();
  });
}

test("without scripts a shift is swapped and shown, and the swap is taken back", async ({ app, browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: app.url });
  const page = await context.newPage();
  await page.goto("/sign-in?next=/rota");
  await page.getByLabel("Email").fill(PEOPLE.engineer);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("link", { name: "Swap a shift" }).click();
  await page.getByLabel("Who takes over").selectOption({ label: "Ellie Marsh" });
  await page.getByLabel("From").fill("2098-06-03T09:00");
  await page.getByLabel("Until").fill("2098-06-03T08:00");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("link", { name: /^Until: must be after/ })).toBeVisible();
  await page.getByLabel("Until").fill("2098-06-04T09:00");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("button", { name: "Swap", exact: true }).click();
  await page.goto("/rota?month=2098-06");
  await page.locator("summary", { hasText: /Take back|^$/ }).first().click();
  await page.getByRole("button", { name: "Take back" }).click();
  await page.goto("/rota?month=2098-06");
  await expect(page.getByText("1 swap")).toHaveCount(0);
  await context.close();
});

test("a feed is a calendar for whoever has its address, until it is taken back", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/rota");
  await page.getByRole("button", { name: "Make an address" }).click();
  const address = await page.getByLabel("Address to subscribe to").inputValue();
  const read = (headers: Record<string, string> = {}) => fetch(address, { headers });
  const first = await read();
  expect(first.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
  expect(await first.text()).toContain("Priya Nair\\, First (Support on call)");
  expect((await read({ "if-none-match": first.headers.get("etag") ?? "" })).status).toBe(304);
  await page.locator("summary", { hasText: "Take the address back" }).click();
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByRole("button", { name: "Make an address" })).toBeVisible();
  expect((await read()).status).toBe(404);
  await context.close();
});
