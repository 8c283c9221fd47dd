// A contract from the form to the customer's page: the system says what is missing, and decides from then on.
import { expect, hydrated, PEOPLE, test } from "../fixtures";

test("a contract is refused with what is wrong, entered, put in force, and decides about the next fault", async ({ app, browser }) => {
  test.setTimeout(90_000);
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/contracts");
  await page.locator("main").getByRole("link", { name: "Add a contract for Meridian Print" }).click();
  await expect(page.getByRole("heading", { name: "New contract for Meridian Print" })).toBeVisible();
  await hydrated(page);

  // Cat4 promises an engineer at a site, so it needs one.
  await page.getByLabel("Level", { exact: true }).selectOption({ label: "Cat4" });
  await page.getByLabel("First day", { exact: true }).fill("2026-01-01");
  await page.getByLabel("Ports").fill("0");
  await page.getByRole("button", { name: "Add contract" }).click();
  for (const field of [/^Site: /, /^Ports: /, /^Covered: /]) await expect(page.getByRole("link", { name: field })).toBeVisible();
  await expect(page.getByLabel("First day", { exact: true })).toHaveValue("2026-01-01");

  await page.getByLabel("Level", { exact: true }).selectOption({ label: "Cat2" });
  await page.getByLabel("Ports").fill("12");
  await page.getByRole("checkbox", { name: /^Mail server/ }).check();
  await page.getByRole("button", { name: "Add contract" }).click();
  await expect(page).toHaveURL(/\/contracts\/[0-9a-f-]{36}$/);
  await page.getByRole("button", { name: "Activate" }).click();
  await expect(page.getByText("Active", { exact: true }).first()).toBeVisible();

  await app.breakTarget("mer-mail", "refuse");
  const told = () => app.mailsTo(PEOPLE.engineer, /Critical: mer-mail-01/);
  await expect.poll(async () => (await told()).length, { timeout: 30_000 }).toBe(1);
  expect((await told())[0]?.text).toMatch(/Ticket\s+T-\d+\s+is\s+open;\s+we\s+aim\s+to\s+respond\s+by/);
  await page.goto("/tickets");
  const row = page.getByRole("row").filter({ hasText: "Meridian Print" });
  await row.getByRole("link", { name: "Mail server: Incoming mail is down" }).click();
  await expect(page.getByRole("heading", { name: "First response" })).toBeVisible();
  await expect(page.getByText("Covered", { exact: true })).toBeVisible();
  await app.mend("mer-mail");
  await context.close();
});

test("a manager sees their cover, and a viewer less of it", async ({ app, browser }) => {
  const manager = await app.signIn(browser, PEOPLE.manager, "/cover");
  await hydrated(manager.page);
  await expect(manager.page.getByRole("heading", { level: 1 })).toHaveText("Your cover is Cat4");
  await expect(manager.page.getByText("Handsets are not covered unless listed")).toBeVisible();
  await expect(manager.page.getByRole("heading", { name: "Contract C-0201" })).toBeVisible();
  await manager.context.close();
  const contact = await app.signIn(browser, PEOPLE.contact, "/cover");
  await expect(contact.page.getByRole("heading", { level: 1 })).toHaveText("Your cover is Cat2");
  await expect(contact.page.getByRole("heading", { name: /^Contract C-/ })).toHaveCount(0);
  await contact.context.close();
});
