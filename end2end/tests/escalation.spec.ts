// Escalation: the form keeps what was typed, and "what if?" answers for a Friday night.
import { expect, PEOPLE, test } from "../fixtures";

test("an administrator writes a policy, step by step", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/escalation/new");
  const step = (number: number) => page.getByRole("group", { name: `Step ${number}` });
  await page.getByLabel("Name").fill("Evenings");
  await step(1).getByLabel("Whom").selectOption({ label: "Role: Engineer" });
  await page.getByRole("button", { name: "Add a step" }).click();
  await expect(step(2)).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Evenings");
  await step(2).getByLabel("After (minutes)").fill("30");
  await page.getByRole("button", { name: "Add policy" }).click();
  await expect(page.getByRole("alert")).toContainText("Step 2, whom: must name 1 to 10 people or groups, not 0");
  await expect(step(2).getByLabel("After (minutes)")).toHaveValue("30");
  await step(2).getByLabel("Whom").selectOption({ label: "Role: Administrator" });
  await page.getByRole("button", { name: "Add policy" }).click();
  await expect(page.getByRole("heading", { name: "Evenings" })).toBeVisible();
  await expect(page.getByText("30 min after the fault opened")).toBeVisible();
  await context.close();
});

test("on Cat1 a fault on Friday night pages nobody before Monday", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/escalation/what-if");
  await page.getByLabel("Where").selectOption("host:kch-pbx-frome");
  await page.getByLabel("Day").fill("2026-11-27");
  await page.getByLabel("Time at the customer's").fill("22:00");
  await page.getByLabel("Level of cover").selectOption("cat1");
  await page.getByRole("button", { name: "Show who hears" }).click();
  await expect(page.getByText("Nobody is paged before Mon 30 Nov 2026, 09:00.")).toBeVisible();
  await expect(page.getByRole("row", { name: /Fri 27 Nov 2026, 22:00 Mail/ })).toBeVisible();
  await context.close();
});
