// Hardware on a ticket: a visit from the decision to the check-in, and a unit of the stock that is lent.
import { expect, PEOPLE, test } from "../fixtures";

test("an engineer decides, books and checks in, and the customer's clock is met", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/tickets");
  await page.getByRole("link", { name: "Two handsets crackle on outside calls" }).click();
  const visit = page.getByRole("region", { name: "On-site visit" });
  await expect(visit.getByText("No visit is decided, so no arrival clock runs.")).toBeVisible();
  await expect(visit.getByRole("button", { name: "Arrived" })).toHaveCount(0);

  await visit.getByLabel("Why a visit is needed").fill("Card 2 fails its self test");
  await visit.getByRole("button", { name: "A visit is needed" }).click();
  await expect(page.getByRole("heading", { name: "Engineer on site" })).toBeVisible();

  await visit.getByLabel("Begins").fill("2099-06-01T09:30");
  await visit.getByRole("button", { name: "Book and invite" }).click();
  await expect(visit.getByText("Mon 1 Jun, 09:30")).toBeVisible();

  await visit.getByRole("button", { name: "Arrived" }).click();
  await expect(visit.getByText("On site", { exact: true })).toBeVisible();
  await visit.getByRole("button", { name: "Left" }).click();
  await expect(visit.getByText("Done", { exact: true })).toBeVisible();
  await expect(visit.getByRole("button", { name: "Arrived" })).toHaveCount(0);
  await context.close();
});

test("a unit is added to the stock and lent once", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/hardware");
  await page.getByLabel("Label").fill("LN-0044");
  await page.getByLabel("Model").fill("Mitel 3300 MXe");
  await page.getByLabel("Facilities").fill("48 extensions");
  await page.getByRole("button", { name: "Add unit" }).click();
  await expect(page.getByRole("row", { name: /^LN-0044/ })).toBeVisible();

  await page.goto("/tickets");
  await page.getByRole("link", { name: "Two handsets crackle on outside calls" }).click();
  await page.locator("summary", { hasText: "Lend a unit" }).click();
  await page.getByLabel("Unit", { exact: true }).selectOption({ label: "LN-0044: Mitel 3300 MXe" });
  await page.getByRole("button", { name: "Reserve the unit" }).click();
  const loan = page.getByRole("region", { name: "Loan unit LN-0044" });
  await expect(loan.getByRole("button", { name: "Dispatched" })).toHaveCount(0);
  await loan.getByRole("button", { name: "It provides the necessary facilities" }).click();
  await expect(loan.getByRole("button", { name: "Dispatched" })).toBeVisible();
  await context.close();
});
