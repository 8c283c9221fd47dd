// A contract from the form to the customer's page: the system says what is missing, and decides from then on.
import { expect, hydrated, PEOPLE, test } from "../fixtures";

test("a contract is entered, refused with its fields, corrected and activated", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/contracts");
  await page.getByRole("link", { name: "Add a contract for Meridian Print" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New contract for Meridian Print");
  await page.getByLabel("Level").selectOption({ label: "Cat4" });
  await page.getByLabel("Ports").fill("12");
  await page.getByRole("button", { name: "Add contract" }).click();
  const errors = page.getByRole("alert");
  await expect(errors).toContainText("Site: must be a site of the customer");
  await expect(errors).toContainText("Covered: must list equipment");
  await expect(page.getByLabel("Ports")).toHaveValue("12");
  await page.getByLabel("Site").selectOption({ label: "Trowbridge" });
  await page.getByLabel("Routers and switches").check();
  await page.getByRole("button", { name: "Add contract" }).click();
  await expect(page.getByText("Waiting for location approval")).toBeVisible();
  await page.getByRole("button", { name: "Approve the location" }).click();
  await page.getByRole("button", { name: "Activate" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
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
