// The queue of staff: filters in the address, acts on several tickets with a way back, saved views, keys, search.
import { expect, PEOPLE, test } from "../fixtures";

test("several tickets are tagged at once, and taken back", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/tickets?view=time");
  await page.getByRole("checkbox", { name: "Pick T-2001" }).check();
  await page.getByRole("checkbox", { name: "Pick T-2002" }).check();
  await page.getByRole("group", { name: "With the ticked tickets" }).getByLabel("Tag").fill("storm");
  await page.getByRole("button", { name: "Add tag" }).click();
  await expect(page.getByText("2 tickets tagged storm.")).toBeVisible();
  await expect(page.getByRole("row", { name: /T-2001/ }).getByText("#storm")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("2 tickets as before.")).toBeVisible();
  await expect(page.getByText("#storm")).toHaveCount(0);
  await context.close();
});

test("a filter is in the address, and one press takes it away", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/tickets?view=time&cover=cat2&colour=red");
  await expect(page.getByText("left out: colour")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Pick T-2001" })).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Pick T-2002" })).toHaveCount(0);
  await page.getByRole("link", { name: /^Cover: Cat2/ }).click();
  await expect(page).toHaveURL(/\/tickets\?view=time$/);
  await expect(page.getByRole("checkbox", { name: "Pick T-2002" })).toBeVisible();
  await context.close();
});

test("keys move, tick and assign", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/tickets?view=time");
  const first = page.getByRole("link", { name: "Voicemail to email stopped on the reception line" });
  await expect(first).toBeVisible();
  await page.keyboard.press("j");
  await expect(first).toBeFocused();
  await page.keyboard.press("x");
  await expect(page.getByRole("checkbox", { name: "Pick T-2001" })).toBeChecked();
  await page.keyboard.press("i");
  await expect(page.getByText(/^1 ticket assigned to /)).toBeVisible();
  await context.close();
});

test("search finds what somebody may see", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/search?q=night+bell");
  await expect(page.getByRole("main").getByRole("link", { name: /Night bell does not ring/ })).toBeVisible();
  await page.getByRole("main").getByRole("searchbox").fill("T-2001");
  await page.getByRole("main").getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("This number")).toBeVisible();
  await context.close();
});
