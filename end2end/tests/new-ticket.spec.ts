// New tickets: the form says what to expect, keeps what was typed, and opens one ticket however often it is sent.
import { expect, PEOPLE, test } from "../fixtures";

test("a customer opens a ticket once, and nothing typed is lost on a refusal", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/tickets/new");
  await expect(page.getByRole("heading", { name: "What to expect" })).toBeVisible();
  await expect(page.getByText("we aim to reply by")).toBeVisible();
  const subject = `Handsets crackle ${Date.now()}`;
  await page.getByLabel("In a few words").fill(subject);
  await page.getByLabel("What happens, and since when?").fill("On outside calls, since Tuesday.");
  await page.getByLabel("Best number to reach you on").fill("01632 9601");
  await page.getByRole("button", { name: "Send to support" }).click();
  await expect(page.getByRole("alert")).toContainText("01632 960184");
  await expect(page.getByLabel("In a few words")).toHaveValue(subject);
  await page.getByLabel("Best number to reach you on").fill("01632 960184");
  await page.getByRole("button", { name: "Send to support" }).click();
  await expect(page.getByRole("heading", { level: 1, name: subject })).toBeVisible();
  await context.close();
});

test("staff find a caller by the number and open a ticket for them", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/calls/new?number=01632960184");
  await expect(page.getByRole("heading", { name: "Kelston Care Homes" })).toBeVisible();
  await page.getByRole("link", { name: "Open a new ticket" }).click();
  await expect(page.getByLabel("Number to call back")).toHaveValue("01632960184");
  await page.getByLabel("In a few words").fill("No dialling tone at the desk");
  await page.getByLabel("What happens, and since when?").fill("Since nine.");
  await page.getByRole("button", { name: "Open the ticket" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "No dialling tone at the desk" })).toBeVisible();
  await context.close();
});

test("a saved reply fills the composer", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/t/2002");
  await page.locator("summary", { hasText: "Saved replies" }).click();
  await page.getByRole("link", { name: "We are looking at it" }).click();
  await expect(page.getByLabel("Reply to the customer, or a note for staff")).toHaveValue(/T-2002/);
  await context.close();
});
