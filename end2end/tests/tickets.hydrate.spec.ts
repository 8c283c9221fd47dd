// The queue and one ticket with its clock, as staff and the customer see them.
import { expect, PEOPLE, test } from "../fixtures";

test("a reply reaches the customer at once, and a note never does", async ({ app, browser }) => {
  const staff = await app.signIn(browser, PEOPLE.engineer, "/tickets");
  const { page } = staff;
  await expect(page.getByRole("rowheader", { name: /^Breached/ })).toBeVisible();
  await page.getByRole("link", { name: "Voicemail to email stopped on the reception line" }).click();
  await expect(page.getByRole("heading", { name: "First response" })).toBeVisible();
  await expect(page.getByText("All 4 h counted")).toBeVisible();

  const other = await app.signIn(browser, PEOPLE.contact, page.url().replace(app.url, ""));
  await expect(other.page.getByRole("heading", { name: "First response" })).toBeVisible();
  await expect(other.page.getByRole("heading", { name: "What you can do" })).toHaveCount(0);

  // A note stays between staff, whatever page is open.
  await page.getByRole("radio", { name: "Note for staff" }).check({ force: true });
  await page.getByLabel("Reply to the customer, or a note for staff").fill("The carrier again");
  await page.getByRole("button", { name: "Save note" }).click();
  await expect(page.getByText("Note, staff only")).toBeVisible();

  await page.getByRole("radio", { name: "Reply to customer" }).check({ force: true });
  await page.getByLabel("Reply to the customer, or a note for staff").fill("We are looking at it now");
  await page.getByRole("button", { name: "Send reply" }).click();
  // It is held for ten seconds, in which it can be taken back.
  await expect(page.getByText("sending…")).toBeVisible();
  await expect(page.getByText(/^Missed by/)).toBeVisible({ timeout: 20_000 });
  await expect(other.page.getByText("We are looking at it now")).toBeVisible({ timeout: 20_000 });
  await expect(other.page.getByText("The carrier again")).toHaveCount(0);
  await expect.poll(async () => (await app.mailsTo(PEOPLE.contact, /^\[T-\d+\] Voicemail/)).length).toBe(1);

  await staff.context.close();
  await other.context.close();
});

test("a level change shows the due time before it is saved", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/tickets");
  await page.getByRole("link", { name: "Certificate will not renew on the shop" }).click();
  await page.locator("summary", { hasText: "Change the level" }).click();
  await page.getByLabel("Level", { exact: true }).selectOption("cat2");
  await page.getByLabel("For this ticket").selectOption("correction");
  await page.getByRole("button", { name: "Show what would change" }).click();
  await expect(page.getByText("Due then")).toBeVisible();
  await page.getByRole("button", { name: "Save: Cat2, correction" }).click();
  await expect(page.getByText("settled a level change to Cat2, correction")).toBeVisible();
  await context.close();
});
