// Time on a ticket, training and billing, with scripts and without.
import { expect, PASSWORD, PEOPLE, test } from "../fixtures";

for (const javaScriptEnabled of [true, false]) {
  test(`time is booked, refused and corrected, scripts ${javaScriptEnabled ? "on" : "off"}`, async ({ app, browser }) => {
    const context = await browser.newContext({ javaScriptEnabled, baseURL: app.url });
    const page = await context.newPage();
    await page.goto("/sign-in?next=/tickets");
    await page.getByLabel("Email").fill(PEOPLE.engineer);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("link", { name: "Certificate will not renew on the shop" }).click();
    const time = page.getByRole("region", { name: "Time" });

    await time.getByRole("button", { name: "Start the stopwatch" }).click();
    await expect(time.getByText(/^Yours, since/)).toBeVisible();
    const what = `Looked at the renewal, ${javaScriptEnabled ? "one" : "two"}`;
    await time.getByLabel("What you did").first().fill(what);
    await time.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(time.getByRole("button", { name: "Start the stopwatch" })).toBeVisible();

    await time.locator("summary", { hasText: "Enter time by hand" }).click();
    await time.getByLabel("Length", { exact: true }).fill("many");
    await time.getByRole("button", { name: "Book time" }).click();
    await expect(page.getByRole("link", { name: /^Minutes: must be minutes such as 40/ })).toBeVisible();
    await context.close();
  });
}

test("a customer sees no time, and billing is for supervisors", async ({ app, browser }) => {
  const customer = await app.signIn(browser, PEOPLE.contact, "/t/2001");
  await expect(customer.page.getByRole("heading", { name: "Conversation" })).toBeVisible();
  await expect(customer.page.getByRole("region", { name: "Time" })).toHaveCount(0);
  await customer.context.close();

  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/billing?month=2026-01");
  await expect(page.getByRole("heading", { name: "Billing, January 2026" })).toBeVisible();
  const file = await page.request.get("/billing/2026-01.csv");
  expect(await file.text()).toContain("Total,,,,,0,0.00,0.00,0.00,");
  await page.goto("/training");
  await page.getByLabel("Topic", { exact: true }).fill("Call queues");
  await page.getByLabel("Why", { exact: true }).fill("Three tickets in a month");
  await page.getByRole("button", { name: "Training is needed" }).click();
  await expect(page.getByText("No course is scheduled, so there is no condition yet.").first()).toBeVisible();
  await context.close();
});
